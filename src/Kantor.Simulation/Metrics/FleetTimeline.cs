namespace Kantor.Simulation.Metrics;

/// <summary>The state of the fleet over a stretch of time, by samples at equal distances.</summary>
public record struct FleetBucket
{
    private long _waiting;
    private long _running;
    private double _kvShare;

    /// <summary>Samples.</summary>
    public int Samples { get; private set; }

    /// <summary>Mean number of waiting requests, all replicas together.</summary>
    public readonly double WaitingMean => (double)_waiting / Samples;

    /// <summary>Most waiting requests in a sample.</summary>
    public int WaitingMax { get; private set; }

    /// <summary>Mean number of running requests, all replicas together.</summary>
    public readonly double RunningMean => (double)_running / Samples;

    /// <summary>Mean share of the fleet's KV blocks that running requests hold, 0 to 1.</summary>
    public readonly double KvShareMean => _kvShare / Samples;

    /// <summary>That share of the fullest replica in any sample.</summary>
    public double KvShareMax { get; private set; }

    internal void Add(int waiting, int running, double kvShare, double kvShareFullest)
    {
        Samples++;
        _waiting += waiting;
        _running += running;
        _kvShare += kvShare;
        WaitingMax = Math.Max(WaitingMax, waiting);
        KvShareMax = Math.Max(KvShareMax, kvShareFullest);
    }

    internal readonly FleetBucket With(in FleetBucket next) => new()
    {
        Samples = Samples + next.Samples,
        _waiting = _waiting + next._waiting,
        _running = _running + next._running,
        _kvShare = _kvShare + next._kvShare,
        WaitingMax = Math.Max(WaitingMax, next.WaitingMax),
        KvShareMax = Math.Max(KvShareMax, next.KvShareMax),
    };
}

/// <summary>
/// Queue, batch and KV of the fleet over virtual time, in at most <see cref="BucketsMax"/> buckets of equal width from time 0. Eight
/// samples make a bucket; when all buckets are full, neighbours are merged and the distance of the samples doubles, so that neither memory
/// nor work grows with the length of the run. A sample shows the fleet as routers see it just before the events of its moment, so leaping
/// changes none.
/// </summary>
public sealed class FleetTimeline
{
    /// <summary>Most buckets.</summary>
    public const int BucketsMax = 256;

    private const int SamplesPerBucket = 8;
    private readonly FleetBucket[] _buckets = new FleetBucket[BucketsMax];
    private long _periodUs = ServiceTimeline.FirstBucketUs / SamplesPerBucket;
    private long _nextUs;

    /// <summary>Width of a bucket, 8 ms times a power of two.</summary>
    public long BucketUs => _periodUs * SamplesPerBucket;

    /// <summary>The buckets up to the last sample.</summary>
    public IReadOnlyList<FleetBucket> Buckets => _buckets.AsSpan(0, (int)((_nextUs + BucketUs - 1) / BucketUs)).ToArray();

    /// <summary>Takes the samples up to this moment, whose own events have not happened yet.</summary>
    internal void Advance(long nowUs, IReadOnlyList<ISampled> replicas)
    {
        while (_nextUs <= nowUs) Sample(replicas);
    }

    private void Sample(IReadOnlyList<ISampled> replicas)
    {
        var (waiting, running, blocksUsed, blocksTotal, fullest) = (0, 0, 0L, 0L, 0.0);
        for (var index = 0; index < replicas.Count; index++)
        {
            var view = replicas[index].View(_nextUs);
            waiting += view.Waiting;
            running += view.Running;
            blocksUsed += view.KvBlocksUsed;
            blocksTotal += view.KvBlocksTotal;
            fullest = Math.Max(fullest, (double)view.KvBlocksUsed / view.KvBlocksTotal);
        }

        if (_nextUs / BucketUs == BucketsMax) Merge();
        _buckets[_nextUs / BucketUs].Add(waiting, running, blocksTotal == 0 ? 0 : (double)blocksUsed / blocksTotal, fullest);
        _nextUs = checked(_nextUs + _periodUs);
    }

    private void Merge()
    {
        for (var index = 0; index < BucketsMax / 2; index++) _buckets[index] = _buckets[2 * index].With(_buckets[(2 * index) + 1]);
        Array.Clear(_buckets, BucketsMax / 2, BucketsMax / 2);
        _periodUs *= 2;
    }
}
