namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>Makes keys of a <see cref="RowHeap"/>: smaller goes first.</summary>
internal static class SortKey
{
    private const int MinorBits = 48;

    /// <summary>Whoever has this goes before all others.</summary>
    public const long First = long.MinValue;

    /// <summary>A key that is ordered as the number is; the number is not NaN.</summary>
    public static long Of(double number)
    {
        // Adding 0 makes one of the two zeros.
        var bits = BitConverter.DoubleToInt64Bits(number + 0.0);
        return bits >= 0 ? bits : long.MinValue - bits;
    }

    /// <summary>The level of a key by level.</summary>
    public static int LevelOf(long key) => (int)(key >> MinorBits);

    /// <summary>By level, from 0 to 32,767, and within a level by the second number, from 0 to 2^48 − 1.</summary>
    public static long Of(int level, long minor) => ((long)level << MinorBits) + minor;
}
