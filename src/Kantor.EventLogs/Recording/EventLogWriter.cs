using System.IO.Compression;
using System.Text.Json;
using Kantor.EventLogs.Records;

namespace Kantor.EventLogs.Recording;

/// <summary>
/// Writes an event log: lines of JSON, compressed when its name ends in <c>.gz</c>. What goes wrong while writing ends the log and not the
/// host: <see cref="Fault"/> says it, and nothing more is written.
/// </summary>
/// <remarks>One thread writes; any may dispose of it afterwards.</remarks>
public sealed class EventLogWriter : IDisposable
{
    /// <summary>Most bytes of a log before compression: 16 GiB.</summary>
    public const long BytesMaxUsual = 16L << 30;

    private const int FlushEveryRecords = 4_096;
    private readonly long? _flushEveryUs;
    private long _flushedUs;
    private readonly Stream _stream;
    private readonly long _bytesMax;
    private readonly Action<string> _failed;
    private readonly MemoryStream _line = new();
    private readonly Utf8JsonWriter _json;
    private long _bytes;
    private int _unflushed;

    private EventLogWriter(Stream stream, string host, Action<string> failed, long bytesMax, long? flushEveryUs)
    {
        (_stream, _bytesMax, _failed, _flushEveryUs) = (stream, bytesMax, failed, flushEveryUs);
        _json = new Utf8JsonWriter(_line);
        var header = new EventLogHeader { KantorEventLog = EventLogHeader.CurrentVersion, Host = host };
        JsonSerializer.Serialize(_json, header, LogJson.Default.EventLogHeader);
        EndLine(atUs: 0);
    }

    /// <summary>Why the log ended early; null while it has not.</summary>
    public string? Fault { get; private set; }

    /// <summary>Records written.</summary>
    public long Records { get; private set; }

    /// <summary>Creates the file, or writes it anew.</summary>
    /// <param name="path">Name of the file.</param>
    /// <param name="host">What writes it.</param>
    /// <param name="failed">Told at most once, why the log ends early.</param>
    /// <param name="bytesMax">Most bytes before compression, above 0.</param>
    /// <param name="flushEveryUs">
    /// Microseconds of the host's clock after which a reader sees what was written, at the next record; null for when a few thousand have
    /// come together.
    /// </param>
    /// <exception cref="IOException">The file cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be.</exception>
    public static EventLogWriter Create(string path, string host, Action<string> failed, long bytesMax = BytesMaxUsual, long? flushEveryUs = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytesMax);
        Stream file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16);
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) file = new GZipStream(file, CompressionLevel.Fastest);
        return new EventLogWriter(file, host, failed, bytesMax, flushEveryUs);
    }

    /// <summary>Writes one record.</summary>
    public void Write(LogRecord record)
    {
        if (Fault is not null) return;
        JsonSerializer.Serialize(_json, record, LogJson.Default.LogRecord);
        Records++;
        EndLine(record.AtUs);
    }

    /// <summary>Writes what is left and closes the file.</summary>
    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
        }

        _json.Dispose();
        _line.Dispose();
    }

    private void EndLine(long atUs)
    {
        _json.Flush();
        _line.WriteByte((byte)'\n');
        if (_bytes + _line.Length > _bytesMax) Fail($"it has reached {_bytesMax} bytes");
        else WriteLine(atUs);
        _line.SetLength(0);
        _json.Reset();
    }

    private void WriteLine(long atUs)
    {
        try
        {
            _line.WriteTo(_stream);
            _bytes += _line.Length;
            // A reader sees what is flushed, even when the host is ended without a word.
            if (++_unflushed < FlushEveryRecords && !(atUs - _flushedUs >= _flushEveryUs)) return;
            (_unflushed, _flushedUs) = (0, atUs);
            _stream.Flush();
        }
        catch (IOException failed)
        {
            Fail(failed.Message);
        }
    }

    private void Fail(string why)
    {
        if (Fault is not null) return;
        Fault = why;
        _failed(why);
    }
}
