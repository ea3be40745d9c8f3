using System.Numerics;
using Kantor.Core.Statistics;

namespace Kantor.Simulation.Metrics;

/// <summary>
/// Durations in microseconds, counted in buckets: exact below 512 µs, above in 256 equal buckets per power of two, so that a percentile is
/// off by at most <see cref="PercentileErrorMax"/> (half a bucket). Count, sum and maximum are exact; the memory grows with the powers of
/// two that occur (2 KiB each), never with the count.
/// </summary>
public sealed class DurationHistogram
{
    /// <summary>Largest relative error of a percentile.</summary>
    public const double PercentileErrorMax = 0.002;

    private const int ExactBits = 9;
    private const int BucketsPerOctave = 1 << (ExactBits - 1);

    // Values have at most 63 bits: one group of the exact ones, then those of 10 to 63 bits.
    private readonly long[]?[] _octaves = new long[]?[1 + 63 - ExactBits];
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
        if (us < 1 << ExactBits)
        {
            (_octaves[0] ??= new long[1 << ExactBits])[(int)us] += times;
        }
        else
        {
            var shift = BitOperations.Log2((ulong)us) - ExactBits + 1;
            (_octaves[shift] ??= new long[BucketsPerOctave])[(int)(us >> shift) - BucketsPerOctave] += times;
        }

        // The product of two 64-bit numbers takes longer than all the rest.
        _sumUs += times == 1 ? us : (Int128)us * times;
        Count += times;
        MaxUs = Math.Max(MaxUs, us);
    }

    /// <summary>
    /// Nearest-rank percentile: the smallest counted value that at least the share <paramref name="quantile"/> does not exceed; null when
    /// there is none.
    /// </summary>
    public double? PercentileUs(double quantile)
    {
        if (Count == 0) return null;
        var rank = Percentile.Rank(quantile, Count);
        var seen = 0L;
        foreach (var (octave, counts) in _octaves.Index())
        {
            for (var bucket = 0; bucket < counts?.Length; bucket++)
            {
                seen += counts[bucket];
                if (seen >= rank) return Math.Min(MiddleOf(octave, bucket), MaxUs);
            }
        }

        return MaxUs;
    }

    private static double MiddleOf(int octave, int bucket) => octave == 0 ? bucket : Math.ScaleB(BucketsPerOctave + bucket + 0.5, octave);
}
