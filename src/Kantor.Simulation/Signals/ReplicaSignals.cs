using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Signals;

/// <summary>One replica as a router hears of it: each signal by its own freshness.</summary>
internal sealed class ReplicaSignals
{
    private readonly SimulatedReplica _replica;
    private readonly SignalFeed? _waiting;
    private readonly SignalFeed? _running;
    private readonly SignalFeed? _kvUsed;
    private readonly List<SignalFeed> _feeds = [];

    public ReplicaSignals(SimulatedReplica replica, FleetSignals signals, long nowUs)
    {
        _replica = replica;
        _waiting = FeedOf(signals.Waiting, signals.Seed, nowUs);
        _running = FeedOf(signals.Running, signals.Seed, nowUs);
        _kvUsed = FeedOf(signals.KvUsed, signals.Seed, nowUs);
    }

    /// <summary>The samples that have to be taken; none when all signals are the state of this very moment.</summary>
    public IReadOnlyList<SignalFeed> Feeds => _feeds;

    public EndpointView View(long nowUs)
    {
        var view = _replica.View(nowUs);
        if (_feeds.Count == 0) return view;
        var (waiting, waitingAgeUs) = Waiting(view, nowUs);
        var (running, runningAgeUs) = Running(view, nowUs);
        var (kvUsed, kvAgeUs) = KvUsed(view, nowUs);
        // What has ended ran; what is sent and ended since the sample was never seen running, so it is taken from the waiting ones.
        if (running < 0 && _waiting is { Freshness.CountsOwn: true }) waiting += running;
        return new EndpointView((int)Math.Max(0, waiting), (int)Math.Max(0, running), kvUsed, view.KvBlocksTotal)
        {
            Replica = view.Replica,
            KvBlockTokens = view.KvBlockTokens,
            Ages = new SignalAges(waitingAgeUs, runningAgeUs, kvAgeUs),
        };
    }

    /// <summary>Prompt tokens sent to the replica since the sample of what waits there; 0 when that is of this very moment.</summary>
    public long BookedTokens(long nowUs) => _waiting is null ? 0 : _replica.Traffic.SentTokens - _waiting.Heard(nowUs).Traffic.SentTokens;

    /// <summary>Tokens that the requests there still missed when what waits there was sampled.</summary>
    public long QueuedTokens(long nowUs) => _waiting is null ? _replica.QueuedTokens : _waiting.Heard(nowUs).QueuedTokens;

    private (long Requests, long AgeUs) Waiting(in EndpointView view, long nowUs)
    {
        if (_waiting is null) return (view.Waiting, 0);
        ref readonly var sample = ref _waiting.Heard(nowUs);
        var sentSince = _waiting.Freshness.CountsOwn ? _replica.Traffic.Sent - sample.Traffic.Sent : 0;
        return (sample.View.Waiting + sentSince, nowUs - sample.TakenUs);
    }

    private (long Requests, long AgeUs) Running(in EndpointView view, long nowUs)
    {
        if (_running is null) return (view.Running, 0);
        ref readonly var sample = ref _running.Heard(nowUs);
        var leftSince = _running.Freshness.CountsOwn ? _replica.Traffic.Left - sample.Traffic.Left : 0;
        return (sample.View.Running - leftSince, nowUs - sample.TakenUs);
    }

    private (int Blocks, long AgeUs) KvUsed(in EndpointView view, long nowUs)
    {
        if (_kvUsed is null) return (view.KvBlocksUsed, 0);
        ref readonly var sample = ref _kvUsed.Heard(nowUs);
        var moreSince = _kvUsed.Freshness.CountsOwn ? _replica.Traffic.BlocksHeld - sample.Traffic.BlocksHeld : 0;
        return ((int)Math.Clamp(sample.View.KvBlocksUsed + moreSince, 0, view.KvBlocksTotal), nowUs - sample.TakenUs);
    }

    private SignalFeed? FeedOf(SignalFreshness freshness, ulong seed, long nowUs)
    {
        if (freshness.IsPerfect) return null;
        if (_feeds.Find(feed => feed.Freshness == freshness) is { } known) return known;
        var feed = new SignalFeed(_replica, freshness, new RandomStream(seed, $"signals/{_replica.Index}/{_feeds.Count}"), nowUs);
        _feeds.Add(feed);
        return feed;
    }
}
