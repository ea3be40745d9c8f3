using System.Numerics;

namespace Kantor.Core.Batching.Parts;

/// <summary>
/// The batch X of requests that delays the others least by what it brings: the least F(X) = (sum of outputs) / |X|² such that the peaks of
/// all fit the pool in sum (arXiv 2508.06133; research notes, theory 3.2). Ties go to the larger batch.
/// </summary>
/// <remarks>
/// Requests are given by output and peak, in ascending order of output. All forms write who is chosen and return F. Each needs at least one
/// request that fits alone; the work space is the instance's, so that nothing is allocated once it has grown. One thread.
/// </remarks>
internal sealed class DenseBatches
{
    /// <summary>Most requests that <see cref="Exact"/> takes.</summary>
    public const int ExactMax = 16;

    private const int Quantiles = 10;
    private const int LocalMax = 64;
    private const int MovesMax = 200;

    // Of all subsets of one size, those that no other beats in both; by size.
    private readonly List<Subset>[] _sizes = [.. Enumerable.Range(0, ExactMax + 1).Select(_ => new List<Subset>())];
    private readonly List<Subset> _merged = [];
    private long[] _peaks = new long[16];

    private readonly record struct Subset(long Peak, long Output, uint Members);

    /// <summary>
    /// The best of all batches, by dynamic programming over the sets that nothing beats in both peak and output. At worst exponential in
    /// the number of requests, which is at most <see cref="ExactMax"/>.
    /// </summary>
    public double Exact(ReadOnlySpan<long> outputs, ReadOnlySpan<long> peaks, long pool, Span<bool> chosen)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputs.Length, ExactMax);
        foreach (var size in _sizes) size.Clear();
        _sizes[0].Add(default);
        for (var item = 0; item < outputs.Length; item++)
        {
            for (var size = item; size >= 0; size--) Extend(size, item, outputs[item], peaks[item], pool);
        }

        var best = Best(outputs.Length);
        for (var item = 0; item < outputs.Length; item++) chosen[item] = (best.Members >> item & 1) != 0;
        return Density(best.Output, BitOperations.PopCount(best.Members));
    }

    /// <summary>
    /// The shortest outputs among those whose peaks are within a quantile of all peaks, as many as lower F; the best of ten quantiles.
    /// </summary>
    public double Greedy(ReadOnlySpan<long> outputs, ReadOnlySpan<long> peaks, long pool, Span<bool> chosen)
    {
        if (_peaks.Length < peaks.Length) Array.Resize(ref _peaks, Math.Max(peaks.Length, 2 * _peaks.Length));
        var sorted = _peaks.AsSpan(0, peaks.Length);
        peaks.CopyTo(sorted);
        sorted.Sort();
        var (best, peakMax) = (double.PositiveInfinity, 0L);
        for (var quantile = 1; quantile <= Quantiles; quantile++)
        {
            var limit = sorted[(((sorted.Length * quantile) + Quantiles - 1) / Quantiles) - 1];
            var density = Fill(outputs, peaks, pool, limit, default);
            if (density <= best) (best, peakMax) = (density, limit);
        }

        return Fill(outputs, peaks, pool, peakMax, chosen);
    }

    /// <summary><see cref="Greedy"/>, then members added, dropped and exchanged among the shortest as long as that lowers F.</summary>
    public double Local(ReadOnlySpan<long> outputs, ReadOnlySpan<long> peaks, long pool, Span<bool> chosen)
    {
        Greedy(outputs, peaks, pool, chosen);
        var batch = default(Batch);
        for (var item = 0; item < chosen.Length; item++)
        {
            if (chosen[item]) batch = batch.With(outputs[item], peaks[item]);
        }

        for (var move = 0; move < MovesMax && TryImprove(outputs, peaks, pool, chosen, ref batch); move++)
        {
        }

        return batch.Density;
    }

    private static double Density(long output, int count) => count == 0 ? double.PositiveInfinity : (double)output / ((long)count * count);

    /// <summary>Takes in order of output what is within the limit and fits, as long as F falls.</summary>
    private static double Fill(ReadOnlySpan<long> outputs, ReadOnlySpan<long> peaks, long pool, long peakMax, Span<bool> chosen)
    {
        var batch = default(Batch);
        chosen.Clear();
        for (var item = 0; item < outputs.Length; item++)
        {
            if (peaks[item] > peakMax || batch.Peak + peaks[item] > pool) continue;
            var grown = batch.With(outputs[item], peaks[item]);
            if (grown.Density > batch.Density) break;
            batch = grown;
            if (!chosen.IsEmpty) chosen[item] = true;
        }

        return batch.Density;
    }

    private static bool TryImprove(ReadOnlySpan<long> outputs, ReadOnlySpan<long> peaks, long pool, Span<bool> chosen, ref Batch batch)
    {
        var items = Math.Min(LocalMax, chosen.Length);
        for (var item = 0; item < items; item++)
        {
            var changed = chosen[item] ? batch.Without(outputs[item], peaks[item]) : batch.With(outputs[item], peaks[item]);
            if (changed.IsBetterThan(batch, pool))
            {
                (batch, chosen[item]) = (changed, !chosen[item]);
                return true;
            }

            if (!chosen[item] && TryExchange(outputs, peaks, pool, chosen, ref batch, item)) return true;
        }

        return false;
    }

    private static bool TryExchange(
        ReadOnlySpan<long> outputs, ReadOnlySpan<long> peaks, long pool, Span<bool> chosen, ref Batch batch, int comes)
    {
        for (var goes = 0; goes < chosen.Length; goes++)
        {
            if (!chosen[goes]) continue;
            var changed = batch.Without(outputs[goes], peaks[goes]).With(outputs[comes], peaks[comes]);
            if (!changed.IsBetterThan(batch, pool)) continue;
            (batch, chosen[goes], chosen[comes]) = (changed, false, true);
            return true;
        }

        return false;
    }

    /// <summary>Sets of one size and the item are sets of the next; those that another beats are left out.</summary>
    private void Extend(int size, int item, long output, long peak, long pool)
    {
        var target = _sizes[size + 1];
        _merged.Clear();
        var next = 0;
        foreach (var set in _sizes[size])
        {
            if (set.Peak + peak > pool) break;
            var grown = new Subset(set.Peak + peak, set.Output + output, set.Members | (1u << item));
            while (next < target.Count && target[next].Peak <= grown.Peak) Keep(target[next++]);
            Keep(grown);
        }

        while (next < target.Count) Keep(target[next++]);
        target.Clear();
        target.AddRange(_merged);
    }

    /// <summary>Peaks ascend in a list, so outputs must descend.</summary>
    private void Keep(in Subset set)
    {
        if (_merged.Count == 0 || set.Output < _merged[^1].Output) _merged.Add(set);
    }

    private Subset Best(int items)
    {
        var (best, density) = (default(Subset), double.PositiveInfinity);
        for (var size = 1; size <= items; size++)
        {
            // The last of a size has the least output.
            if (_sizes[size].Count == 0 || Density(_sizes[size][^1].Output, size) > density) continue;
            (best, density) = (_sizes[size][^1], Density(_sizes[size][^1].Output, size));
        }

        return best;
    }

    private readonly record struct Batch(long Output, long Peak, int Count)
    {
        public double Density => DenseBatches.Density(Output, Count);

        public Batch With(long output, long peak) => new(Output + output, Peak + peak, Count + 1);

        public Batch Without(long output, long peak) => new(Output - output, Peak - peak, Count - 1);

        public bool IsBetterThan(in Batch other, long pool) => Peak <= pool && Density < other.Density;
    }
}
