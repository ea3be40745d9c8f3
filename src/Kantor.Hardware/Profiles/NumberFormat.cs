namespace Kantor.Hardware.Profiles;

/// <summary>How weights or cached keys and values are stored.</summary>
public enum NumberFormat
{
    /// <summary>16 bits: bfloat16 or half.</summary>
    Bf16,

    /// <summary>8-bit floating point with one scale per tensor or channel.</summary>
    Fp8,

    /// <summary>8-bit floating point with one scale per block of 128 × 128 weights.</summary>
    Fp8Block,

    /// <summary>4-bit floating point, weights and activations, with an 8-bit scale per 16 values.</summary>
    Nvfp4,

    /// <summary>4-bit floating-point weights with an 8-bit scale per 32 values.</summary>
    Mxfp4,

    /// <summary>4-bit integer weights with a 16-bit scale per 32 values; computes in 16 bits.</summary>
    Int4,
}

/// <summary>Sizes and names of <see cref="NumberFormat"/>s.</summary>
public static class NumberFormats
{
    /// <summary>Bytes of one stored value, its share of the scales included.</summary>
    public static double Bytes(this NumberFormat format) => format switch
    {
        NumberFormat.Bf16 => 2,
        NumberFormat.Fp8 or NumberFormat.Fp8Block => 1,
        NumberFormat.Nvfp4 => 0.5 + (1.0 / 16),
        NumberFormat.Mxfp4 => 0.5 + (1.0 / 32),
        NumberFormat.Int4 => 0.5 + (2.0 / 32),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown number format."),
    };

    /// <summary>Name in profiles and on the command line.</summary>
    public static string Name(this NumberFormat format) => format switch
    {
        NumberFormat.Bf16 => "bf16",
        NumberFormat.Fp8 => "fp8",
        NumberFormat.Fp8Block => "fp8-block",
        NumberFormat.Nvfp4 => "nvfp4",
        NumberFormat.Mxfp4 => "mxfp4",
        NumberFormat.Int4 => "int4",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown number format."),
    };

    /// <summary>The format of a <see cref="Name"/>.</summary>
    /// <exception cref="FormatException">There is none; the message lists the names.</exception>
    public static NumberFormat Parse(string name)
    {
        foreach (var format in Enum.GetValues<NumberFormat>())
        {
            if (format.Name() == name) return format;
        }

        throw new FormatException(
            $"'{name}' is no number format; known are {string.Join(", ", Enum.GetValues<NumberFormat>().Select(Name))}.");
    }
}
