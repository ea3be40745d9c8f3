namespace Kantor.LlamaCpp.Gguf;

/// <summary>
/// Reads the metadata section: every key, type, length and count is checked, and the few values that later checks need are kept. Values
/// that are not needed are passed over, so memory does not depend on what the file claims.
/// </summary>
internal sealed class GgufMetadata
{
    private const int KeyBytesMax = 65_535;
    private const int AllKeysBytesMax = 4 << 20;
    private const int KeptTextBytesMax = 1024;
    private const long ArrayElementsMax = 1 << 30;
    private static readonly string[] KeptTexts = ["general.architecture", "general.name", "tokenizer.ggml.model"];
    private readonly GgufCursor _cursor;
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _reals = new(StringComparer.Ordinal);
    private int _keyBytes;

    public GgufMetadata(GgufCursor cursor) => _cursor = cursor;

    /// <summary>Facts about the vocabulary.</summary>
    public GgufVocabulary Vocabulary { get; } = new();

    /// <summary>Reads <paramref name="count"/> entries.</summary>
    public void Read(long count)
    {
        _cursor.Section = "metadata";
        for (long i = 0; i < count; i++) ReadEntry();
    }

    /// <summary>Whether the key occurs.</summary>
    public bool Has(string key) => _keys.Contains(key);

    /// <summary>A kept text; null when the key is absent or no text.</summary>
    public string? Text(string key) => _texts.GetValueOrDefault(key);

    /// <summary>A whole number; null when the key is absent or no whole number.</summary>
    public long? Number(string key) => _numbers.TryGetValue(key, out long value) ? value : null;

    /// <summary>A real number; null when the key is absent or no real number.</summary>
    public double? Real(string key) => _reals.TryGetValue(key, out double value) ? value : null;

    private void ReadEntry()
    {
        long at = _cursor.Offset;
        string key = _cursor.ReadString("a key", KeyBytesMax);
        if (key.Length == 0) throw _cursor.Error(at, "a key is empty.");
        if (!_keys.Add(key)) throw _cursor.Error(at, $"the key {Shown(key)} occurs twice.");
        _keyBytes += key.Length;
        if (_keyBytes > AllKeysBytesMax) throw _cursor.Error(at, $"the keys together are longer than {AllKeysBytesMax} bytes.");
        GgufValueType type = ReadType(key);
        if (type == GgufValueType.Array) ReadArray(key);
        else ReadScalar(key, type);
    }

    private void ReadScalar(string key, GgufValueType type)
    {
        if (type == GgufValueType.String)
        {
            if (Array.IndexOf(KeptTexts, key) >= 0) _texts[key] = _cursor.ReadString($"the value of {key}", KeptTextBytesMax);
            else SkipString($"the value of {Shown(key)}");
            return;
        }

        ReadOnlySpan<byte> value = _cursor.Take(SizeOf(type), $"the value of {Shown(key)}");
        long? number = type switch
        {
            GgufValueType.UInt8 or GgufValueType.Bool => value[0],
            GgufValueType.Int8 => (sbyte)value[0],
            GgufValueType.UInt16 => BitConverter.ToUInt16(value),
            GgufValueType.Int16 => BitConverter.ToInt16(value),
            GgufValueType.UInt32 => BitConverter.ToUInt32(value),
            GgufValueType.Int32 => BitConverter.ToInt32(value),
            GgufValueType.UInt64 or GgufValueType.Int64 => BitConverter.ToInt64(value),
            _ => null,
        };
        if (number is long kept) _numbers[key] = kept;
        if (type == GgufValueType.Float32) _reals[key] = BitConverter.ToSingle(value);
        if (type == GgufValueType.Float64) _reals[key] = BitConverter.ToDouble(value);
        if (key == "general.alignment" && type != GgufValueType.UInt32)
        {
            throw _cursor.Error("general.alignment must be an unsigned 32-bit number.");
        }
    }

    private void ReadArray(string key)
    {
        GgufValueType type = ReadType(key);
        if (type == GgufValueType.Array)
        {
            throw _cursor.Error($"{Shown(key)} is an array of arrays, which the format's readers do not support.");
        }

        int elementBytesMin = type == GgufValueType.String ? sizeof(ulong) : SizeOf(type);
        long max = Math.Clamp((_cursor.Left - sizeof(ulong)) / elementBytesMin, 0, ArrayElementsMax);
        long count = _cursor.ReadCount($"the element count of {Shown(key)}", max);
        if (Vocabulary.TryRead(key, type, count, _cursor)) return;
        if (type != GgufValueType.String)
        {
            _cursor.Skip(count * SizeOf(type), $"the elements of {Shown(key)}");
            return;
        }

        for (long i = 0; i < count; i++) SkipString($"an element of {Shown(key)}");
    }

    private void SkipString(string what) => _cursor.Skip(_cursor.ReadCount($"the length of {what}", _cursor.Left), what);

    private GgufValueType ReadType(string key)
    {
        long at = _cursor.Offset;
        uint type = _cursor.ReadUInt32($"the type of {Shown(key)}");
        if (type <= (uint)GgufValueType.Float64) return (GgufValueType)type;
        throw _cursor.Error(at, $"{Shown(key)} has the unknown value type {type}.");
    }

    private static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        _ => 8,
    };

    // A damaged key may be long and full of control characters; messages stay on one short line.
    private static string Shown(string key)
    {
        string start = key.Length <= 80 ? key : key[..80] + "...";
        return string.Concat(start.Select(c => char.IsControl(c) ? '?' : c));
    }
}
