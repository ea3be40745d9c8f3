using System.Text;

namespace Kantor.LlamaCpp.Tests.Gguf;

/// <summary>Builds GGUF bytes field by field, right or wrong; a test writes what it wants the reader to meet.</summary>
internal sealed class GgufBytes
{
    private readonly MemoryStream _bytes = new();
    private readonly BinaryWriter _writer;

    public GgufBytes() => _writer = new(_bytes);

    public long Length => _bytes.Length;

    public byte[] ToArray() => _bytes.ToArray();

    /// <summary>Magic, version and counts.</summary>
    public static GgufBytes Head(long tensors = 0, long entries = 0, uint version = 3) =>
        new GgufBytes().Raw("GGUF"u8).U32(version).I64(tensors).I64(entries);

    /// <summary>A head with the given entries, architecture first.</summary>
    public static GgufBytes WithEntries(int others, long tensors = 0) =>
        Head(tensors, others + 1).Entry("general.architecture", "llama");

    public GgufBytes Raw(ReadOnlySpan<byte> bytes)
    {
        _writer.Write(bytes);
        return this;
    }

    public GgufBytes U32(uint value)
    {
        _writer.Write(value);
        return this;
    }

    public GgufBytes I64(long value)
    {
        _writer.Write(value);
        return this;
    }

    public GgufBytes U64(ulong value)
    {
        _writer.Write(value);
        return this;
    }

    public GgufBytes Text(string value) => I64(Encoding.UTF8.GetByteCount(value)).Raw(Encoding.UTF8.GetBytes(value));

    public GgufBytes Entry(string key, string value) => Text(key).U32(8).Text(value);

    public GgufBytes Entry(string key, uint value) => Text(key).U32(4).U32(value);

    public GgufBytes Texts(string key, params string[] values)
    {
        Text(key).U32(9).U32(8).I64(values.Length);
        foreach (string value in values) Text(value);
        return this;
    }

    public GgufBytes Numbers(string key, params int[] values)
    {
        Text(key).U32(9).U32(5).I64(values.Length);
        foreach (int value in values) U32((uint)value);
        return this;
    }

    public GgufBytes Tensor(string name, uint type, ulong offset, params long[] dimensions)
    {
        Text(name).U32((uint)dimensions.Length);
        foreach (long dimension in dimensions) I64(dimension);
        return U32(type).U64(offset);
    }

    /// <summary>Zeros up to the next multiple of 32, then <paramref name="bytes"/> zeros.</summary>
    public GgufBytes Data(int bytes) => Raw(new byte[((32 - (Length % 32)) % 32) + bytes]);
}
