namespace Kantor.Simulation.Metrics;

/// <summary>
/// Tokens of service over virtual time, in buckets of equal width from time 0 that double their width when there are too many. A request is
/// booked when it ends: its prompt at its first token, its output evenly from the first token to the last.
/// </summary>
public sealed class ServiceTimeline
{
    /// <summary>Width of a bucket of a short run.</summary>
    internal const long FirstBucketUs = 8000;

    private readonly double[] _tokens = new double[FleetTimeline.BucketsMax];

    /// <summary>Width of a bucket, 8 ms times a power of two; at most that of the run's <see cref="FleetTimeline"/>.</summary>
    public long BucketUs { get; private set; } = FirstBucketUs;

    /// <summary>Tokens by bucket of a width that is that of this timeline or one of its doubles.</summary>
    public double[] TokensBy(long bucketUs, int buckets)
    {
        if (bucketUs < BucketUs || bucketUs % BucketUs != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bucketUs), bucketUs, $"A bucket is {BucketUs} us or a multiple of it.");
        }

        var merged = new double[buckets];
        var each = bucketUs / BucketUs;
        for (var index = 0; index < _tokens.Length && index / each < buckets; index++) merged[index / each] += _tokens[index];
        return merged;
    }

    internal void Add(in RequestRecord record, int promptTokens)
    {
        if (record.FirstTokenUs is not { } firstUs || record.LastTokenUs is not { } lastUs) return;
        while (lastUs / BucketUs >= _tokens.Length) Merge();
        _tokens[firstUs / BucketUs] += promptTokens;
        if (firstUs == lastUs) _tokens[firstUs / BucketUs] += record.OutputTokens;
        else Spread(firstUs, lastUs, record.OutputTokens);
    }

    private void Spread(long fromUs, long toUs, double tokens)
    {
        for (var atUs = fromUs; atUs < toUs;)
        {
            var bucket = atUs / BucketUs;
            var endUs = Math.Min(toUs, (bucket + 1) * BucketUs);
            _tokens[bucket] += tokens * (endUs - atUs) / (toUs - fromUs);
            atUs = endUs;
        }
    }

    private void Merge()
    {
        for (var index = 0; index < _tokens.Length / 2; index++) _tokens[index] = _tokens[2 * index] + _tokens[(2 * index) + 1];
        Array.Clear(_tokens, _tokens.Length / 2, _tokens.Length / 2);
        BucketUs *= 2;
    }
}
