using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Kantor.LlamaCpp.Gguf;

/// <summary>
/// Writes a GGUF version 3 file front to back: add metadata, declare tensors, then write every tensor's bytes in the declared order.
/// Nothing but the metadata is held in memory.
/// </summary>
internal sealed class GgufWriter
{
    /// <summary>Alignment of tensor data.</summary>
    public const int Alignment = 32;

    private const uint Version = 3;
    private readonly Stream _target;
    private readonly ArrayBufferWriter<byte> _metadata = new();
    private readonly List<(string Name, GgufTensorType Type, long[] Dimensions, long Bytes)> _tensors = [];
    private readonly byte[] _scratch = new byte[8];
    private long _metadataCount;
    private int _written = -1;

    /// <summary>Writes to <paramref name="target"/>, which stays open.</summary>
    public GgufWriter(Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _target = target;
    }

    /// <summary>Adds a text.</summary>
    public void Add(string key, string value)
    {
        Begin(key, GgufValueType.String);
        PutString(_metadata, value);
    }

    /// <summary>Adds an unsigned number.</summary>
    public void Add(string key, uint value)
    {
        Begin(key, GgufValueType.UInt32);
        PutUInt32(_metadata, value);
    }

    /// <summary>Adds a real number.</summary>
    public void Add(string key, float value)
    {
        Begin(key, GgufValueType.Float32);
        PutUInt32(_metadata, BitConverter.SingleToUInt32Bits(value));
    }

    /// <summary>Adds a truth value.</summary>
    public void Add(string key, bool value)
    {
        Begin(key, GgufValueType.Bool);
        _metadata.Write([value ? (byte)1 : (byte)0]);
    }

    /// <summary>Adds a list of texts.</summary>
    public void Add(string key, IReadOnlyCollection<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        BeginArray(key, GgufValueType.String, values.Count);
        foreach (string value in values) PutString(_metadata, value);
    }

    /// <summary>Adds a list of signed numbers.</summary>
    public void Add(string key, IReadOnlyCollection<int> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        BeginArray(key, GgufValueType.Int32, values.Count);
        foreach (int value in values) PutUInt32(_metadata, (uint)value);
    }

    /// <summary>Adds a list of real numbers.</summary>
    public void Add(string key, IReadOnlyCollection<float> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        BeginArray(key, GgufValueType.Float32, values.Count);
        foreach (float value in values) PutUInt32(_metadata, BitConverter.SingleToUInt32Bits(value));
    }

    /// <summary>
    /// Declares the next tensor; the first dimension is the contiguous one. Returns the bytes that <see cref="WriteTensor"/> will expect.
    /// </summary>
    /// <exception cref="ArgumentException">A row is not a whole number of blocks.</exception>
    public long DeclareTensor(string name, GgufTensorType type, params long[] dimensions)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(dimensions);
        if (dimensions[0] % type.BlockElements != 0)
        {
            throw new ArgumentException(
                $"Tensor {name} has rows of {dimensions[0]}, not a multiple of {type.BlockElements} ({type.Name}).", nameof(dimensions));
        }

        long elements = dimensions.Aggregate(1L, (product, d) => checked(product * d));
        long bytes = checked(elements / type.BlockElements * type.BlockBytes);
        _tensors.Add((name, type, dimensions, bytes));
        return bytes;
    }

    /// <summary>Writes header, metadata and tensor table; after this only <see cref="WriteTensor"/> may be called.</summary>
    public void WriteHead()
    {
        if (_written >= 0) throw new InvalidOperationException("The head has been written.");
        _written = 0;
        var head = new ArrayBufferWriter<byte>();
        head.Write("GGUF"u8);
        PutUInt32(head, Version);
        PutInt64(head, _tensors.Count);
        PutInt64(head, _metadataCount);
        head.Write(_metadata.WrittenSpan);
        long offset = 0;
        foreach ((string name, GgufTensorType type, long[] dimensions, long bytes) in _tensors)
        {
            PutString(head, name);
            PutUInt32(head, (uint)dimensions.Length);
            foreach (long dimension in dimensions) PutInt64(head, dimension);
            PutUInt32(head, type.Id);
            PutInt64(head, offset);
            offset += Padded(bytes);
        }

        head.Write(new byte[Padded(head.WrittenCount) - head.WrittenCount]);
        _target.Write(head.WrittenSpan);
    }

    /// <summary>Writes the bytes of the next declared tensor, produced piece by piece, and its padding.</summary>
    /// <exception cref="InvalidOperationException">More or fewer bytes came than were declared, or no tensor is left.</exception>
    public void WriteTensor(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (_written < 0 || _written == _tensors.Count) throw new InvalidOperationException("No declared tensor is left to write.");
        (string name, _, _, long bytes) = _tensors[_written++];
        long got = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            got += piece.Length;
            if (got > bytes) break;
            _target.Write(piece.Span);
        }

        if (got != bytes) throw new InvalidOperationException($"Tensor {name} was declared with {bytes} bytes and given {got}.");
        _target.Write(new byte[Padded(bytes) - bytes]);
    }

    private static long Padded(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private void Begin(string key, GgufValueType type)
    {
        if (_written >= 0) throw new InvalidOperationException("The head has been written.");
        _metadataCount++;
        PutString(_metadata, key);
        PutUInt32(_metadata, (uint)type);
    }

    private void BeginArray(string key, GgufValueType elementType, int count)
    {
        Begin(key, GgufValueType.Array);
        PutUInt32(_metadata, (uint)elementType);
        PutInt64(_metadata, count);
    }

    private void PutString(ArrayBufferWriter<byte> to, string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        PutInt64(to, utf8.Length);
        to.Write(utf8);
    }

    private void PutUInt32(ArrayBufferWriter<byte> to, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_scratch, value);
        to.Write(_scratch.AsSpan(0, sizeof(uint)));
    }

    private void PutInt64(ArrayBufferWriter<byte> to, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_scratch, value);
        to.Write(_scratch);
    }
}
