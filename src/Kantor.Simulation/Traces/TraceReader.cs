using System.IO.Compression;
using System.Text;

namespace Kantor.Simulation.Traces;

/// <summary>
/// Reads a trace request by request, plain or gzip (told by its first bytes), in the format that its first line shows. Memory does not grow
/// with the file.
/// </summary>
/// <remarks>Owner: one thread. A malformed line ends the reading with a <see cref="TraceException"/>, or is counted, as the options say.</remarks>
public sealed class TraceReader : IDisposable
{
    private readonly string _name;
    private readonly TraceReadOptions _options;
    private readonly Stream _stream;
    private readonly LineReader _lines;
    private TraceFormat? _format;
    private long _previousUs;

    private TraceReader(Stream stream, string name, TraceReadOptions options)
    {
        _name = name;
        _options = options;
        _stream = IsGzip(stream) ? new GzipChecked(stream) : stream;
        _lines = new LineReader(_stream, options.LineBytesMax);
    }

    /// <summary>Format found; null before the first line was read.</summary>
    public string? FormatName => _format?.Name;

    /// <summary>Requests read so far.</summary>
    public int RequestsRead { get; private set; }

    /// <summary>Malformed lines left out so far.</summary>
    public long LinesSkipped { get; private set; }

    /// <summary>What was wrong with the first line that was left out; null when none was.</summary>
    public string? FirstFault { get; private set; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="TraceException">The file cannot be opened.</exception>
    public static TraceReader Open(string path, TraceReadOptions options)
    {
        try
        {
            return new TraceReader(File.OpenRead(path), path, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new TraceException($"{path}: cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a stream that can seek; the reader closes it.</summary>
    public static TraceReader Open(Stream stream, string name, TraceReadOptions options) => new(stream, name, options);

    /// <summary>The next request; false at the end of the trace or at the limit.</summary>
    /// <exception cref="TraceException">A line is malformed, or the file cannot be read or holds no request.</exception>
    public bool TryRead(out TraceRequest request)
    {
        request = default;
        if (RequestsRead >= _options.RequestsLimit) return false;
        while (TryReadLine(out var line, out var isTooLong))
        {
            if (line.IsEmpty && !isTooLong) continue;
            if (!TryParse(line, isTooLong, out request)) continue;
            if (++RequestsRead > _options.RequestsMax) throw Fault($"the file holds more than {_options.RequestsMax} requests; cut it or read less of it");
            return true;
        }

        if (RequestsRead == 0) throw new TraceException($"{_name}: holds no request{(FirstFault is null ? "" : $"; first fault: {FirstFault}")}.");
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private bool TryParse(ReadOnlySpan<byte> line, bool isTooLong, out TraceRequest request)
    {
        request = default;
        var fault = $"the line is longer than {_options.LineBytesMax} bytes";
        if (_format is null && !isTooLong)
        {
            _format = TraceFormat.Detect(line);
            if (_format is { HasHeader: true }) return false;
            fault = $"the file is of no known format; it starts with a JSON object per line (Mooncake) or the header {AzureFormat.Header} (Azure)";
        }

        if (!isTooLong && _format is not null && _format.TryParse(line, out request, out fault))
        {
            if (request.ArrivalUs >= _previousUs)
            {
                _previousUs = request.ArrivalUs;
                return true;
            }

            fault = "the time is before that of the line above; sort the file by time";
        }

        if (!_options.SkipsBadLines) throw Fault(fault);
        FirstFault ??= $"line {_lines.LineNumber}: {fault}";
        LinesSkipped++;
        return false;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line, out bool isTooLong)
    {
        try
        {
            if (!_lines.TryRead(out line, out isTooLong)) return false;
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            throw new TraceException($"{_name}, after line {_lines.LineNumber}: cannot be read on: {exception.Message}", exception);
        }

        if (_lines.LineNumber == 1 && line.StartsWith(Encoding.UTF8.Preamble)) line = line[Encoding.UTF8.Preamble.Length..];
        return true;
    }

    private TraceException Fault(string fault) => new($"{_name}, line {_lines.LineNumber}: {fault}.");

    private static bool IsGzip(Stream stream)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        stream.Position = 0;
        return isGzip;
    }
}
