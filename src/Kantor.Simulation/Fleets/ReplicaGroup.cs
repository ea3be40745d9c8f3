using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Signals;

namespace Kantor.Simulation.Fleets;

/// <summary>The replicas of a pool, what times their steps, and the router before them.</summary>
internal sealed class ReplicaGroup
{
    private readonly IRouter _router;
    private readonly RouterState _routerState;
    private readonly EndpointView[] _endpoints;
    private readonly ReplicaSignals[] _signals;

    public ReplicaGroup(ReplicaPool pool, IRouter router, FleetParts parts, SimulationOptions run, RunRecorder recorder, SimulationObserver observer, IReplicaHost host)
    {
        (_router, _routerState) = (router, router.NewState());
        _endpoints = new EndpointView[pool.Replicas];
        var shared = pool.Tier is { IsShared: true } ? NewTier(pool) : null;
        Replicas = [.. Enumerable.Range(parts.Replicas.Count, pool.Replicas)
            .Select(index => new SimulatedReplica(index, pool, shared ?? NewTier(pool), run, recorder, host) { Unit = null! })];
        parts.Replicas.AddRange(Replicas);
        foreach (var members in Replicas.Chunk(pool.LockstepReplicas))
        {
            var unit = NewUnit(parts.Units.Count, members, observer);
            foreach (var member in members) member.Unit = unit;
            parts.Units.Add(unit);
        }

        _signals = [.. Replicas.Select(replica => new ReplicaSignals(replica, pool.Signals, nowUs: 0))];
        foreach (var signals in _signals) parts.Feeds.AddRange(signals.Feeds);
    }

    public IReadOnlyList<SimulatedReplica> Replicas { get; }

    /// <summary>The replica that the router chooses for a request.</summary>
    /// <exception cref="SimulationException">The router names a replica that there is not.</exception>
    public SimulatedReplica Route(RequestSpec spec, long nowUs)
    {
        for (var index = 0; index < _endpoints.Length; index++) _endpoints[index] = _signals[index].View(nowUs);
        var fleet = new FleetView { Endpoints = _endpoints, NowUs = nowUs };
        var chosen = _router.Route(new RouteRequest(spec.Id.Value, spec.Content.Count, spec.CacheDomain), fleet, _routerState);
        if ((uint)chosen < (uint)Replicas.Count) return Replicas[chosen];
        throw new SimulationException($"Routing '{_router.Name}' sent request {spec.Id} to replica {chosen} of {Replicas.Count}.");
    }

    private static KvTier? NewTier(ReplicaPool pool) => pool.Tier is { } tier ? new KvTier(tier.Blocks, pool.Kv.BlockSizeTokens) : null;

    private static IStepUnit NewUnit(int index, SimulatedReplica[] members, SimulationObserver observer)
    {
        if (members.Length > 1) return new LockstepUnit(index, members, observer);
        return members[0].Pool.PipelineStages > 1 ? new PipelineUnit(index, members[0], observer) : new SoloUnit(index, members[0], observer);
    }
}

/// <summary>All replicas and units of a run, in the order of their indices.</summary>
internal sealed class FleetParts
{
    public List<SimulatedReplica> Replicas { get; } = [];

    public List<IStepUnit> Units { get; } = [];

    /// <summary>What routers hear of replicas by samples.</summary>
    public List<SignalFeed> Feeds { get; } = [];
}
