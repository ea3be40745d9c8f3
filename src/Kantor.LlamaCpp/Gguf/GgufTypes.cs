namespace Kantor.LlamaCpp.Gguf;

/// <summary>Types of metadata values, with their numbers in the file.</summary>
internal enum GgufValueType
{
    /// <summary>Unsigned 8 bits.</summary>
    UInt8 = 0,

    /// <summary>Signed 8 bits.</summary>
    Int8 = 1,

    /// <summary>Unsigned 16 bits.</summary>
    UInt16 = 2,

    /// <summary>Signed 16 bits.</summary>
    Int16 = 3,

    /// <summary>Unsigned 32 bits.</summary>
    UInt32 = 4,

    /// <summary>Signed 32 bits.</summary>
    Int32 = 5,

    /// <summary>Single precision.</summary>
    Float32 = 6,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 7,

    /// <summary>Length (64 bits) and UTF-8 bytes.</summary>
    String = 8,

    /// <summary>Element type (32 bits), count (64 bits), elements.</summary>
    Array = 9,

    /// <summary>Unsigned 64 bits.</summary>
    UInt64 = 10,

    /// <summary>Signed 64 bits.</summary>
    Int64 = 11,

    /// <summary>Double precision.</summary>
    Float64 = 12,
}

/// <summary>Storage of a tensor's numbers: a row is cut into blocks of equal size in bytes.</summary>
/// <param name="Id">Number of the type in the file.</param>
/// <param name="Name">Name as tools print it.</param>
/// <param name="BlockElements">Numbers per block.</param>
/// <param name="BlockBytes">Bytes per block.</param>
internal sealed record GgufTensorType(uint Id, string Name, int BlockElements, int BlockBytes)
{
    /// <summary>Single precision.</summary>
    public static readonly GgufTensorType F32 = new(0, "f32", 1, 4);

    /// <summary>Half precision.</summary>
    public static readonly GgufTensorType F16 = new(1, "f16", 1, 2);

    /// <summary>Four bits, one half-precision scale per 32.</summary>
    public static readonly GgufTensorType Q4_0 = new(2, "q4_0", 32, 18);

    /// <summary>Eight bits, one half-precision scale per 32.</summary>
    public static readonly GgufTensorType Q8_0 = new(8, "q8_0", 32, 34);

    // Sizes from ggml/src/ggml-common.h and ggml.c (type traits) of the pinned release.
    private static readonly GgufTensorType?[] ById = Index(
        F32,
        F16,
        Q4_0,
        new(3, "q4_1", 32, 20),
        new(6, "q5_0", 32, 22),
        new(7, "q5_1", 32, 24),
        Q8_0,
        new(9, "q8_1", 32, 36),
        new(10, "q2_K", 256, 84),
        new(11, "q3_K", 256, 110),
        new(12, "q4_K", 256, 144),
        new(13, "q5_K", 256, 176),
        new(14, "q6_K", 256, 210),
        new(15, "q8_K", 256, 292),
        new(16, "iq2_xxs", 256, 66),
        new(17, "iq2_xs", 256, 74),
        new(18, "iq3_xxs", 256, 98),
        new(19, "iq1_s", 256, 50),
        new(20, "iq4_nl", 32, 18),
        new(21, "iq3_s", 256, 110),
        new(22, "iq2_s", 256, 82),
        new(23, "iq4_xs", 256, 136),
        new(24, "i8", 1, 1),
        new(25, "i16", 1, 2),
        new(26, "i32", 1, 4),
        new(27, "i64", 1, 8),
        new(28, "f64", 1, 8),
        new(29, "iq1_m", 256, 56),
        new(30, "bf16", 1, 2),
        new(34, "tq1_0", 256, 54),
        new(35, "tq2_0", 256, 66),
        new(39, "mxfp4", 32, 17),
        new(40, "nvfp4", 64, 36),
        new(41, "q1_0", 128, 18),
        new(42, "q2_0", 64, 18));

    /// <summary>The type with this number, or null when the pinned release knows none.</summary>
    public static GgufTensorType? TryFind(uint id) => id < (uint)ById.Length ? ById[id] : null;

    private static GgufTensorType?[] Index(params GgufTensorType[] types)
    {
        var byId = new GgufTensorType?[43];
        foreach (GgufTensorType type in types) byId[type.Id] = type;
        return byId;
    }
}
