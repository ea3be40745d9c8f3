namespace Kantor.Core.Statistics;

/// <summary>The one definition of a percentile: nearest rank, a value that occurred, never interpolated.</summary>
public static class Percentile
{
    /// <summary>Rank, from 1, of the quantile among <paramref name="count"/> ≥ 1 values: ceil(quantile · count), at least 1.</summary>
    public static long Rank(double quantile, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (quantile is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile lies in 0 to 1.");
        }

        // 0.99 · 100 is a hair above 99 in binary; the hair must not cost a rank.
        return Math.Clamp((long)Math.Ceiling((quantile * count) - 1e-9), 1, count);
    }

    /// <summary>The quantile of values in ascending order.</summary>
    public static long Of(ReadOnlySpan<long> ascending, double quantile) => ascending[(int)Rank(quantile, ascending.Length) - 1];
}
