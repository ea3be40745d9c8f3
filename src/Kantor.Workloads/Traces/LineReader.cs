namespace Kantor.Workloads.Traces;

/// <summary>Lines of a byte stream, without their ends (LF or CRLF); holds one line at a time, of bounded length.</summary>
internal sealed class LineReader(Stream stream, int lineBytesMax)
{
    private byte[] _buffer = new byte[Math.Min(lineBytesMax + 2, 64 * 1024)];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>Number of the line read last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>
    /// The next line, valid until the next call; one that is too long is passed over and empty. False at the end of the stream.
    /// </summary>
    public bool TryRead(out ReadOnlySpan<byte> line, out bool isTooLong)
    {
        line = default;
        isTooLong = false;
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0 || _isAtEnd) return TakeLine(length, ref line, ref isTooLong);
            if (_end - _start > lineBytesMax + 1)
            {
                isTooLong = true;
                _start = _end = 0;
            }

            Fill();
        }
    }

    private bool TakeLine(int length, ref ReadOnlySpan<byte> line, ref bool isTooLong)
    {
        if (length < 0 && _start == _end && !isTooLong) return false;
        LineNumber++;
        var taken = length < 0 ? _end - _start : length;
        line = _buffer.AsSpan(_start, taken);
        if (line.EndsWith("\r"u8)) line = line[..^1];
        isTooLong |= line.Length > lineBytesMax;
        if (isTooLong) line = default;
        _start = Math.Min(_end, _start + taken + 1);
        return true;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, lineBytesMax + 2));
        var read = stream.Read(_buffer.AsSpan(_end));
        _isAtEnd = read == 0;
        _end += read;
    }
}
