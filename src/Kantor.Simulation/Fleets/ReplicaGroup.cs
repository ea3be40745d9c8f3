using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Signals;

namespace Kantor.Simulation.Fleets;

/// <summary>The replicas of a pool, what times their steps, and the router before them, who sees those that take requests.</summary>
internal sealed class ReplicaGroup
{
    private readonly ReplicaPool _pool;
    private readonly IRouter _router;
    private readonly PolicyState _routerState;
    private readonly FleetStream _stream;
    private readonly FleetParts _parts;
    private readonly RunParts _run;
    private readonly bool _handsOver;
    private readonly KvTier? _sharedTier;
    private readonly List<SimulatedReplica> _taking = [];
    private readonly List<ReplicaSignals> _signals = [];
    private EndpointView[] _endpoints = [];

    public ReplicaGroup(ReplicaPool pool, IRouter router, FleetParts parts, RunParts run, bool handsOver)
    {
        (_pool, _router, _routerState, _parts, _run, _handsOver) = (pool, router, router.NewState(), parts, run, handsOver);
        ScalerState = pool.Scaling?.Autoscaler.NewState();
        _stream = new FleetStream(PolicyStates.Of(_routerState, ScalerState));
        _sharedTier = pool.Tier is { IsShared: true } ? NewTier() : null;
        for (var replicas = 0; replicas < pool.Replicas; replicas += pool.LockstepReplicas) Join(Ask(nowUs: 0), nowUs: 0);
    }

    public ReplicaPool Pool => _pool;

    /// <summary>What the group's autoscaler remembers; null when its size stays as it is.</summary>
    public PolicyState? ScalerState { get; }

    /// <summary>What the policies of the whole group hear.</summary>
    public FleetStream Stream => _stream;

    /// <summary>Replicas that take requests.</summary>
    public int TakingCount => _taking.Count;

    /// <summary>A unit is asked for; it takes no requests before it joins.</summary>
    public FleetUnit Ask(long nowUs)
    {
        var unit = new FleetUnit(_parts.FleetUnits.Count, this, nowUs);
        _parts.FleetUnits.Add(unit);
        return unit;
    }

    /// <summary>The unit takes requests from now on, with an empty cache. Gives the samples that have to be taken of it.</summary>
    /// <exception cref="SimulationException">The run has had too many replicas.</exception>
    public IReadOnlyList<int> Join(FleetUnit unit, long nowUs)
    {
        var first = _parts.Replicas.Count;
        if (first + _pool.LockstepReplicas > FleetOptions.ReplicasEver) throw new SimulationException($"The run has had {first} replicas; at most {FleetOptions.ReplicasEver} are possible.");
        SimulatedReplica[] members = [.. Enumerable.Range(first, _pool.LockstepReplicas).Select(NewReplica)];
        var steps = NewUnit(_parts.Units.Count, members, _run.Observer);
        foreach (var member in members) member.Unit = steps;
        _parts.Units.Add(steps);
        foreach (var member in members) _parts.Add(member, unit);
        unit.Take(members);
        return Open(members, nowUs);
    }

    /// <summary>The unit takes no more requests.</summary>
    public void StopTaking(FleetUnit unit, long nowUs)
    {
        for (var place = _taking.Count - 1; place >= 0; place--)
        {
            if (!unit.Replicas.Contains(_taking[place])) continue;
            _stream.Left(_taking[place].Index, nowUs);
            _taking.RemoveAt(place);
            _signals.RemoveAt(place);
        }
    }

    /// <summary>The replica that the router chooses for a request; false when none takes requests.</summary>
    /// <exception cref="SimulationException">The router names a replica that there is not.</exception>
    public bool TryRoute(RequestSpec spec, long nowUs, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SimulatedReplica? replica)
    {
        replica = null;
        _stream.Arrived(spec.Facts, nowUs);
        if (_taking.Count == 0) return false;
        var fleet = new FleetView { Endpoints = _router.ReadsLoad ? Heard(nowUs) : Named(), NowUs = nowUs };
        var chosen = _router.Route(new RouteRequest(spec.Id.Value, spec.Content.Count, spec.Facts.CacheDomain), fleet, _routerState);
        if ((uint)chosen >= (uint)_taking.Count) throw new SimulationException($"Routing '{_router.Name}' sent request {spec.Id} to replica {chosen} of {_taking.Count}.");
        replica = _taking[chosen];
        _stream.Decided(DecisionKind.Route, spec.Id, replica.Index, nowUs);
        return true;
    }

    /// <summary>The replicas that take requests, as the router hears of them.</summary>
    public ReadOnlySpan<EndpointView> Heard(long nowUs)
    {
        var endpoints = _endpoints.AsSpan(0, _taking.Count);
        if (_pool.Signals.IsPerfect)
        {
            for (var place = 0; place < endpoints.Length; place++) endpoints[place] = _taking[place].View(nowUs);
        }
        else
        {
            for (var place = 0; place < endpoints.Length; place++) endpoints[place] = _signals[place].View(nowUs);
        }

        return endpoints;
    }

    private ReadOnlySpan<EndpointView> Named()
    {
        for (var place = 0; place < _taking.Count; place++) _endpoints[place] = new EndpointView { Replica = _taking[place].Index };
        return _endpoints.AsSpan(0, _taking.Count);
    }

    private List<int> Open(IReadOnlyList<SimulatedReplica> members, long nowUs)
    {
        var feeds = new List<int>();
        foreach (var member in members)
        {
            var signals = new ReplicaSignals(member, _pool.Signals, nowUs);
            _taking.Add(member);
            _stream.Joined(member.Index, nowUs);
            _signals.Add(signals);
            foreach (var feed in signals.Feeds)
            {
                feeds.Add(_parts.Feeds.Count);
                _parts.Feeds.Add(feed);
            }
        }

        if (_endpoints.Length < _taking.Count) Array.Resize(ref _endpoints, Math.Max(_taking.Count, 2 * _endpoints.Length));
        return feeds;
    }

    private SimulatedReplica NewReplica(int index) => new(index, _pool, _handsOver, _sharedTier ?? NewTier(), _run, _stream) { Unit = null! };

    private KvTier? NewTier() => _pool.Tier is { } tier ? new KvTier(tier.Blocks, _pool.Kv.BlockSizeTokens) : null;

    private static IStepUnit NewUnit(int index, SimulatedReplica[] members, SimulationObserver observer)
    {
        if (members.Length > 1) return new LockstepUnit(index, members, observer);
        return members[0].Pool.PipelineStages > 1 ? new PipelineUnit(index, members[0], observer) : new SoloUnit(index, members[0], observer);
    }
}
