using System.Buffers.Binary;
using System.Text;

namespace Kantor.LlamaCpp.Gguf;

/// <summary>Reads a GGUF file front to back through one fixed buffer; every read is checked against the bytes that are left.</summary>
internal sealed class GgufCursor(Stream stream, long length)
{
    private const int BufferBytes = 1 << 16;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _at;
    private int _filled;

    /// <summary>Bytes of the whole file.</summary>
    public long Length { get; } = length;

    /// <summary>Bytes read so far.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes left.</summary>
    public long Left => Length - Offset;

    /// <summary>Section that errors name.</summary>
    public string Section { get; set; } = "header";

    /// <summary>An error at the current offset.</summary>
    public GgufFormatException Error(string problem) => new(Section, Offset, problem);

    /// <summary>An error at <paramref name="offset"/>.</summary>
    public GgufFormatException Error(long offset, string problem) => new(Section, offset, problem);

    /// <summary>Reads an unsigned 32-bit number.</summary>
    public uint ReadUInt32(string what) => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint), what));

    /// <summary>Reads an unsigned 64-bit number.</summary>
    public ulong ReadUInt64(string what) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong), what));

    /// <summary>Reads a length or count that must be at most <paramref name="max"/>.</summary>
    public long ReadCount(string what, long max)
    {
        long at = Offset;
        ulong count = ReadUInt64(what);
        if (count > (ulong)max) throw Error(at, FormattableString.Invariant($"{what} is {count}; at most {max} is possible here."));
        return (long)count;
    }

    /// <summary>Reads a text of at most <paramref name="bytesMax"/> bytes.</summary>
    public string ReadString(string what, int bytesMax)
    {
        int bytes = (int)ReadCount($"the length of {what}", bytesMax);
        long at = Offset;
        try
        {
            return Utf8.GetString(Take(bytes, what));
        }
        catch (DecoderFallbackException)
        {
            throw Error(at, $"{what} is not valid UTF-8.");
        }
    }

    /// <summary>The next <paramref name="bytes"/> bytes, at most the buffer's size; valid until the next read.</summary>
    public ReadOnlySpan<byte> Take(int bytes, string what)
    {
        Require(bytes, what);
        if (_filled - _at < bytes) Refill(bytes, what);
        ReadOnlySpan<byte> taken = _buffer.AsSpan(_at, bytes);
        _at += bytes;
        Offset += bytes;
        return taken;
    }

    /// <summary>Passes over <paramref name="bytes"/> bytes.</summary>
    public void Skip(long bytes, string what)
    {
        Require(bytes, what);
        long buffered = Math.Min(bytes, _filled - _at);
        _at += (int)buffered;
        if (bytes > buffered) stream.Seek(bytes - buffered, SeekOrigin.Current);
        Offset += bytes;
    }

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private void Require(long bytes, string what)
    {
        if (bytes <= Left) return;
        throw Error(FormattableString.Invariant($"the file ends inside {what}: {bytes} bytes are needed, {Left} are left."));
    }

    private void Refill(int bytes, string what)
    {
        int kept = _filled - _at;
        _buffer.AsSpan(_at, kept).CopyTo(_buffer);
        _at = 0;
        _filled = kept + stream.ReadAtLeast(_buffer.AsSpan(kept), bytes - kept, throwOnEndOfStream: false);
        if (_filled < bytes) throw Error($"the file ends inside {what}: it became shorter while being read.");
    }
}
