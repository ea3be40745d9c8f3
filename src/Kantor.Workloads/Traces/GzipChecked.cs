using System.IO.Compression;

namespace Kantor.Workloads.Traces;

/// <summary>Decompresses gzip, of one or several members, and refuses a file that was cut short.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of its input for the end of the data, wherever it is. So one more member with a known text is put
/// behind the file: only a complete file lets the decompressor come to it.
/// </remarks>
internal sealed class GzipChecked : ForwardStream
{
    private static readonly byte[] Seal = Convert.FromHexString("4B616E746F7200FF5345414C9E3779B9");
    private static readonly byte[] SealMember = Compress(Seal);

    private readonly FollowedBy _source;
    private readonly GZipStream _gzip;

    // Bytes decompressed and not handed out: while data may follow, the last ones could be the seal.
    private byte[] _held = new byte[64 * 1024];
    private int _heldCount;
    private bool _isAtEnd;

    public GzipChecked(Stream file)
    {
        _source = new FollowedBy(file, SealMember);
        _gzip = new GZipStream(_source, CompressionMode.Decompress);
    }

    /// <summary>The content of a stream that can seek, whether it is gzip or not.</summary>
    public static Stream OpenEither(Stream stream)
    {
        Span<byte> magic = stackalloc byte[2];
        var isGzip = stream.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic.SequenceEqual((ReadOnlySpan<byte>)[0x1F, 0x8B]);
        stream.Position = 0;
        return isGzip ? new GzipChecked(stream) : stream;
    }

    public override int Read(Span<byte> buffer)
    {
        while (!_isAtEnd && _heldCount <= Seal.Length) Decompress();
        var given = Math.Min(buffer.Length, _isAtEnd ? _heldCount : _heldCount - Seal.Length);
        _held.AsSpan(0, given).CopyTo(buffer);
        _held.AsSpan(given, _heldCount - given).CopyTo(_held);
        _heldCount -= given;
        return given;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _gzip.Dispose();
        base.Dispose(disposing);
    }

    private void Decompress()
    {
        var read = ReadMore();
        _heldCount += read;
        if (read > 0) return;
        if (!_held.AsSpan(0, _heldCount).EndsWith(Seal)) throw new InvalidDataException("the gzip data are cut short or damaged");
        _heldCount -= Seal.Length;
        _isAtEnd = true;
    }

    /// <summary>
    /// The decompressor's own words speak of archives; a file that ends in the middle of a block is what it stumbles over.
    /// </summary>
    private int ReadMore()
    {
        try
        {
            return _gzip.Read(_held.AsSpan(_heldCount));
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException("the gzip data are cut short or damaged", damaged);
        }
    }

    private static byte[] Compress(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.NoCompression)) gzip.Write(content);
        return compressed.ToArray();
    }

    /// <summary>A stream with some bytes behind it.</summary>
    private sealed class FollowedBy(Stream first, byte[] second) : ForwardStream
    {
        private int _given;

        public override int Read(Span<byte> buffer)
        {
            var read = _given == 0 ? first.Read(buffer) : 0;
            if (read > 0) return read;
            read = Math.Min(buffer.Length, second.Length - _given);
            second.AsSpan(_given, read).CopyTo(buffer);
            _given += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) first.Dispose();
            base.Dispose(disposing);
        }
    }
}
