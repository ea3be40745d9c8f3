using System.Numerics;

namespace Kantor.Simulation.Metrics;

/// <summary>
/// Durations in microseconds, counted in buckets: exact below 512 µs, above in 256 equal buckets per power of two, so that a percentile is off
/// by at most 0.2 % (half a bucket). Count, sum and maximum are exact; the memory does not grow.
/// </summary>
public sealed class GapHistogram
{
    private const int ExactBits = 9;
    private const int BucketsPerOctave = 1 << (ExactBits - 1);

    // Values have at most 63 bits: octaves of 10 to 63 bits above the exact ones.
    private readonly long[] _counts = new long[(1 << ExactBits) + ((63 - ExactBits) * BucketsPerOctave)];
    private Int128 _sumUs;

    /// <summary>Durations counted.</summary>
    public long Count { get; private set; }

    /// <summary>The longest; 0 when there is none.</summary>
    public long MaxUs { get; private set; }

    /// <summary>Mean; null when there is none.</summary>
    public double? MeanUs => Count == 0 ? null : (double)_sumUs / Count;

    /// <summary>Counts one duration, which is not negative.</summary>
    public void Add(long us) => Add(us, 1);

    /// <summary>Counts one duration so many times, at least once.</summary>
    public void Add(long us, long times)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(us);
        ArgumentOutOfRangeException.ThrowIfLessThan(times, 1);
        _counts[BucketOf(us)] += times;
        _sumUs += (Int128)us * times;
        Count += times;
        MaxUs = Math.Max(MaxUs, us);
    }

    /// <summary>Nearest-rank percentile: the smallest counted value that at least the share <paramref name="quantile"/> does not exceed; null when there is none.</summary>
    public double? PercentileUs(double quantile)
    {
        if (Count == 0) return null;
        var rank = Percentile.Rank(quantile, Count);
        var bucket = 0;
        for (var seen = _counts[0]; seen < rank; seen += _counts[bucket]) bucket++;
        return Math.Min(MiddleOf(bucket), MaxUs);
    }

    private static int BucketOf(long us)
    {
        if (us < 1 << ExactBits) return (int)us;
        var shift = BitOperations.Log2((ulong)us) - ExactBits + 1;
        return (1 << ExactBits) + ((shift - 1) * BucketsPerOctave) + (int)(us >> shift) - BucketsPerOctave;
    }

    private static double MiddleOf(int bucket)
    {
        if (bucket < 1 << ExactBits) return bucket;
        var (octave, offset) = Math.DivRem(bucket - (1 << ExactBits), BucketsPerOctave);
        return Math.ScaleB(BucketsPerOctave + offset + 0.5, octave + 1);
    }
}
