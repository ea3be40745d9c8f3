using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Signals;

/// <summary>
/// What a router hears of one replica by samples of one freshness. Before the first sample is heard the replica is taken for idle.
/// </summary>
internal sealed class SignalFeed(SimulatedReplica replica, SignalFreshness freshness, RandomStream random, long joinedUs)
{
    private readonly Queue<ReplicaSample> _onTheWay = new();
    private ReplicaSample _heard = new() { TakenUs = joinedUs };

    public SimulatedReplica Replica { get; } = replica;

    public SignalFreshness Freshness { get; } = freshness;

    /// <summary>Takes a sample and says when the next is due.</summary>
    public long Take(long nowUs)
    {
        Hear(nowUs);
        Replica.CatchUp(nowUs);
        _onTheWay.Enqueue(new ReplicaSample
        {
            TakenUs = nowUs,
            View = Replica.View(nowUs),
            QueuedTokens = Replica.QueuedTokens,
            Traffic = Replica.Traffic,
        });
        var (periodUs, jitterUs) = (Freshness.PeriodUs, Freshness.JitterUs);
        return nowUs + (jitterUs == 0 ? periodUs : periodUs - jitterUs + (long)(random.NextDouble() * ((2 * jitterUs) + 1)));
    }

    /// <summary>The newest sample that the router has heard of.</summary>
    public ref readonly ReplicaSample Heard(long nowUs)
    {
        Hear(nowUs);
        return ref _heard;
    }

    private void Hear(long nowUs)
    {
        while (_onTheWay.TryPeek(out var next) && next.TakenUs + Freshness.DelayUs <= nowUs) _heard = _onTheWay.Dequeue();
    }
}

/// <summary>A replica at one moment, and what had been sent there and had left by then.</summary>
internal readonly record struct ReplicaSample
{
    public required long TakenUs { get; init; }

    public EndpointView View { get; init; }

    public long QueuedTokens { get; init; }

    public ReplicaTraffic Traffic { get; init; }
}
