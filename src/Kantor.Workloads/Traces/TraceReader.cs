using System.IO.Compression;
using System.Text;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Reads a trace request by request, plain or gzip (told by its first bytes), in the format that its first line shows. Memory does not grow
/// with the file, but for the sessions and different blocks that some formats must remember.
/// </summary>
/// <remarks>Owner: one thread. A malformed line ends the reading with a <see cref="TraceException"/>, or is counted, as the options
/// say.</remarks>
public sealed class TraceReader : IDisposable
{
    private readonly string _name;
    private readonly TraceReadOptions _options;
    private readonly Stream _stream;
    private readonly LineReader _lines;

    // Requests of the line read last that are not handed out yet.
    private readonly List<TraceRequest> _pending = [];
    private int _pendingNext;
    private TraceFormat? _format;
    private long _previousUs;

    private TraceReader(Stream stream, string name, TraceReadOptions options)
    {
        if (options.SessionGapS is not > 0 || !double.IsFinite(options.SessionGapS))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.SessionGapS, "A gap between sessions is above 0 and finite.");
        }

        _name = name;
        _options = options;
        _stream = GzipChecked.OpenEither(stream);
        _lines = new LineReader(_stream, options.LineBytesMax);
    }

    /// <summary>Format found; null before the first line was read.</summary>
    public string? FormatName => _format?.Name;

    /// <summary>
    /// Whether requests come in order of arrival, counted from the start. Otherwise they come in the order of the file, with times of any
    /// origin and order, which <see cref="Trace.Load"/> sorts.
    /// </summary>
    public bool IsOrdered => _format?.IsOrdered ?? true;

    /// <summary>What a reader of the trace should know; null for nothing.</summary>
    public string? Note => _format?.Note;

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
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
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
        while (_pendingNext < _pending.Count || TryReadRow())
        {
            if (_pendingNext == _pending.Count) continue;
            request = _pending[_pendingNext++];
            if (++RequestsRead > _options.RequestsMax)
            {
                throw Fault($"the file holds more than {_options.RequestsMax} requests; cut it or read less of it");
            }

            return true;
        }

        if (RequestsRead == 0)
        {
            throw new TraceException($"{_name}: holds no request{(FirstFault is null ? "" : $"; first fault: {FirstFault}")}.");
        }

        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>Takes the next line's requests, which may be none; false at the end of the trace.</summary>
    private bool TryReadRow()
    {
        if (!TryReadLine(out var line, out var isTooLong)) return false;
        _pending.Clear();
        _pendingNext = 0;
        if ((line.IsEmpty && !isTooLong) || TryParse(line, isTooLong, out var fault)) return true;
        _pending.Clear();
        if (!_options.SkipsBadLines) throw Fault(fault);
        FirstFault ??= $"line {_lines.LineNumber}: {fault}";
        LinesSkipped++;
        return true;
    }

    private bool TryParse(ReadOnlySpan<byte> line, bool isTooLong, out string fault)
    {
        fault = $"the line is longer than {_options.LineBytesMax} bytes";
        if (isTooLong) return false;
        if (_format is null)
        {
            _format = TraceFormats.Detect(line, _options);
            fault = TraceFormats.IsTar(line)
                ? "the file is a tar archive, as ServeGen's client models come: it holds no requests but laws; draw a trace from it with "
                    + "kantor trace generate --servegen"
                : $"the file is of no known format; {TraceFormats.Known}";
            if (_format is null or { HasHeader: true }) return _format is not null;
        }

        return _format.TryParse(line, _pending, out fault) && IsInOrder(ref fault);
    }

    private bool IsInOrder(ref string fault)
    {
        if (!_format!.IsOrdered) return true;
        foreach (var request in _pending)
        {
            if (request.ArrivalUs < _previousUs)
            {
                fault = "the time is before that of the line above; sort the file by time";
                return false;
            }

            _previousUs = request.ArrivalUs;
        }

        return true;
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
}
