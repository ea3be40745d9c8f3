using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Kantor.EventLogs.Records;

/// <summary>An event log in memory.</summary>
/// <param name="Header">Who wrote it.</param>
/// <param name="Records">What happened, in order.</param>
/// <param name="Note">What should be known about the file; null for nothing.</param>
public sealed record EventLog(EventLogHeader Header, IReadOnlyList<LogRecord> Records, string? Note)
{
    /// <summary>What each replica was made of.</summary>
    public IReadOnlyList<ReplicaRecord> Replicas => [.. Records.OfType<ReplicaRecord>()];

    /// <summary>
    /// Reads a log, compressed or not. One that was cut short, because its host was ended, is read as far as it goes.
    /// </summary>
    /// <exception cref="EventLogException">It is no event log, is of a later version, or a line of it is wrong; the message names the line.</exception>
    public static EventLog Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Read(path, file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new EventLogException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    private static EventLog Read(string path, FileStream file)
    {
        var isCompressed = file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
        file.Position = 0;
        using var lines = new StreamReader(isCompressed ? new GZipStream(file, CompressionMode.Decompress) : file, Encoding.UTF8);
        var header = HeaderOf(path, lines.ReadLine());
        var records = new List<LogRecord>();
        var number = 1;
        while (TryReadLine(lines, out var line, out var isCut))
        {
            number++;
            if (line is null) break;
            isCut |= lines.EndOfStream && !TryParse(line, out _);
            if (isCut) return new EventLog(header, records, $"{path} is cut short after line {number - 1}");
            records.Add(Parse(path, number, line));
        }

        return new EventLog(header, records, null);
    }

    private static EventLogHeader HeaderOf(string path, string? line)
    {
        EventLogHeader? header = null;
        try
        {
            if (line is not null) header = JsonSerializer.Deserialize(line, LogJson.Default.EventLogHeader);
        }
        catch (JsonException)
        {
            // Said below: any first line that is no header is wrong in the same way.
        }

        if (header is null) throw new EventLogException($"{path}, line 1: not the first line of an event log, {{\"kantor-event-log\":1,…}}.");
        if (header.KantorEventLog == EventLogHeader.CurrentVersion) return header;
        throw new EventLogException($"{path}, line 1: version {header.KantorEventLog}; this Kantor reads version {EventLogHeader.CurrentVersion}.");
    }

    /// <summary>The next line; null at the end. A compressed stream that is cut ends in the middle.</summary>
    private static bool TryReadLine(StreamReader lines, out string? line, out bool isCut)
    {
        (line, isCut) = (null, false);
        try
        {
            line = lines.ReadLine();
        }
        catch (Exception cut) when (cut is InvalidDataException or EndOfStreamException)
        {
            (line, isCut) = ("", true);
        }

        return line is not null;
    }

    private static bool TryParse(string line, out LogRecord? record)
    {
        record = null;
        try
        {
            record = JsonSerializer.Deserialize(line, LogJson.Default.LogRecord);
            return record is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static LogRecord Parse(string path, int number, string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LogJson.Default.LogRecord)
                ?? throw new EventLogException($"{path}, line {number}: null is no record.");
        }
        catch (Exception wrong) when (wrong is JsonException or NotSupportedException)
        {
            throw new EventLogException($"{path}, line {number}: {wrong.Message}", wrong);
        }
    }
}
