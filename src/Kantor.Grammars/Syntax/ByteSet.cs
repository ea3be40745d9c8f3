namespace Kantor.Grammars.Syntax;

/// <summary>A set of bytes.</summary>
public readonly record struct ByteSet(ulong Bits0, ulong Bits1, ulong Bits2, ulong Bits3)
{
    /// <summary>Every byte.</summary>
    public static ByteSet All { get; } = new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>Whether it holds none.</summary>
    public bool IsEmpty => (Bits0 | Bits1 | Bits2 | Bits3) == 0;

    /// <summary>The bytes from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public static ByteSet Range(byte first, byte last)
    {
        var set = default(ByteSet);
        for (int value = first; value <= last; value++) set = set.With((byte)value);
        return set;
    }

    /// <summary>Whether it holds a byte.</summary>
    public bool Has(byte value) => ((Part(value >> 6) >> (value & 63)) & 1) != 0;

    /// <summary>This and one byte more.</summary>
    public ByteSet With(byte value)
    {
        var bit = 1UL << (value & 63);
        return (value >> 6) switch
        {
            0 => this with { Bits0 = Bits0 | bit },
            1 => this with { Bits1 = Bits1 | bit },
            2 => this with { Bits2 = Bits2 | bit },
            _ => this with { Bits3 = Bits3 | bit },
        };
    }

    /// <summary>What either holds.</summary>
    public ByteSet Or(ByteSet other) => new(Bits0 | other.Bits0, Bits1 | other.Bits1, Bits2 | other.Bits2, Bits3 | other.Bits3);

    /// <summary>What it does not hold.</summary>
    public ByteSet Not() => new(~Bits0, ~Bits1, ~Bits2, ~Bits3);

    private ulong Part(int part) => part switch { 0 => Bits0, 1 => Bits1, 2 => Bits2, _ => Bits3 };
}
