using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Events;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Signals;

namespace Kantor.Simulation.Fleets;

/// <summary>The replicas behind one router, of one pool or of several unlike ones, and what times their steps.</summary>
internal sealed class ReplicaGroup
{
    private readonly IReadOnlyList<ReplicaPool> _pools;
    private readonly IRouter _router;
    private readonly PolicyState _routerState;
    private readonly FleetStream _stream;
    private readonly FleetParts _parts;
    private readonly RunParts _run;
    private readonly bool _handsOver;
    private readonly EndpointRole _role;
    private readonly Dictionary<ReplicaPool, IReadOnlyList<KvTier>> _sharedTiers = new(ReferenceEqualityComparer.Instance);
    private readonly List<SimulatedReplica> _taking = [];
    private readonly List<ReplicaSignals> _signals = [];
    private readonly FleetColumns _seen;
    private EndpointView[] _heard = [];

    public ReplicaGroup(ReplicaPool pool, IRouter router, FleetParts parts, RunParts run, EndpointRole role)
    {
        (_pools, _router, _routerState, _parts, _run, _role) = ([pool, .. pool.Beside], router, router.NewState(), parts, run, role);
        _handsOver = role == EndpointRole.Prefill;
        ScalerState = pool.Scaling?.Autoscaler.NewState();
        _stream = new FleetStream(_routerState, ScalerState);
        _seen = new FleetColumns(router.Reads, run.Classes);
        foreach (var each in _pools)
        {
            _sharedTiers.Add(each, [.. each.Tiers.Where(tier => tier.IsShared).Select(tier => NewTier(tier, each))]);
        }

        foreach (var each in _pools)
        {
            for (var replicas = 0; replicas < each.Replicas; replicas += each.LockstepReplicas) Join(Ask(nowUs: 0, each), nowUs: 0);
        }
    }

    /// <summary>The pool that grows and shrinks, the first.</summary>
    public ReplicaPool Pool => _pools[0];

    /// <summary>What the group's autoscaler remembers; null when its size stays as it is.</summary>
    public PolicyState? ScalerState { get; }

    /// <summary>What the policies of the whole group hear.</summary>
    public FleetStream Stream => _stream;

    /// <summary>Name of the policy that chooses among the replicas.</summary>
    public string RouterName => _router.Name;

    /// <summary>Replicas that take requests.</summary>
    public int TakingCount => _taking.Count;

    /// <summary>Whose replicas the router sees beside its own, so that it can answer with pairs; null for nobody's.</summary>
    public ReplicaGroup? GoesOnIn { get; set; }

    /// <summary>A unit is asked for; it takes no requests before it joins.</summary>
    public FleetUnit Ask(long nowUs, ReplicaPool? pool = null)
    {
        var unit = new FleetUnit(_parts.FleetUnits.Count, this, pool ?? Pool, nowUs);
        _parts.FleetUnits.Add(unit);
        return unit;
    }

    /// <summary>The unit takes requests from now on, with an empty cache. Gives the samples that have to be taken of it.</summary>
    /// <exception cref="SimulationException">The run has had too many replicas.</exception>
    public IReadOnlyList<int> Join(FleetUnit unit, long nowUs)
    {
        var (first, pool) = (_parts.Replicas.Count, unit.Pool);
        if (first + pool.LockstepReplicas > FleetOptions.ReplicasEver)
        {
            throw new SimulationException($"The run has had {first} replicas; at most {FleetOptions.ReplicasEver} are possible.");
        }

        SimulatedReplica[] members = [.. Enumerable.Range(first, pool.LockstepReplicas).Select(index => NewReplica(index, pool))];
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
            Changes++;
            _signals.RemoveAt(place);
        }
    }

    /// <summary>Where the router sends a request; null when no replica takes requests.</summary>
    /// <exception cref="SimulationException">The router names a replica that there is not, or holds until a time that is over.</exception>
    public Routed? Route(RequestSpec spec, int waitingOutside, long nowUs)
    {
        _stream.Arrived(spec.Facts, nowUs);
        if (_taking.Count == 0) return null;
        if (GoesOnIn is { } next && (_router.Reads & Core.Routing.Signals.Decode) != 0) _seen.Show(Changes + next.Changes, this, next);
        else _seen.Show(Changes, this);
        var decision = _router.Route(spec.Facts, _seen.For(spec, waitingOutside, nowUs), _routerState);
        if (decision.HoldUntilUs is { } untilUs)
        {
            return untilUs > nowUs
                ? new Routed(null, null, untilUs)
                : throw new SimulationException($"Routing '{_router.Name}' holds request {spec.Id} until {untilUs} us; it is {nowUs} us.");
        }

        var replica = Chosen(decision.Endpoint!.Value, spec, isDecode: false);
        _stream.Decided(DecisionKind.Route, spec.Id, replica.Index, nowUs);
        return new Routed(replica, decision.Decode is { } decode ? Chosen(decode, spec, isDecode: true) : null, null);
    }

    /// <summary>Whether the replica takes requests.</summary>
    public bool Takes(SimulatedReplica replica) => _taking.Contains(replica);

    /// <summary>The replicas that take requests, as a scaler hears of them.</summary>
    public ReadOnlySpan<EndpointView> Heard(long nowUs)
    {
        if (_heard.Length < _taking.Count) Array.Resize(ref _heard, Math.Max(_taking.Count, 2 * _heard.Length));
        for (var place = 0; place < _taking.Count; place++) _heard[place] = _signals[place].View(nowUs);
        return _heard.AsSpan(0, _taking.Count);
    }

    /// <summary>How often replicas came or went.</summary>
    public int Changes { get; private set; }

    /// <summary>Puts the replicas that take requests into a view.</summary>
    public void AddTo(FleetColumns seen)
    {
        for (var place = 0; place < _taking.Count; place++) seen.Add(_taking[place], _signals[place], _role);
    }

    private SimulatedReplica Chosen(int place, RequestSpec spec, bool isDecode)
    {
        var isThere = (uint)place < (uint)_seen.Count && (isDecode ? place >= _taking.Count : place < _taking.Count);
        return isThere
            ? _seen[place]
            : throw new SimulationException($"Routing '{_router.Name}' sent request {spec.Id} to replica {place} of {_seen.Count}.");
    }

    private List<int> Open(IReadOnlyList<SimulatedReplica> members, long nowUs)
    {
        var feeds = new List<int>();
        foreach (var member in members)
        {
            var signals = new ReplicaSignals(member, member.Pool.Signals, nowUs);
            _taking.Add(member);
            Changes++;
            _stream.Joined(member.Index, nowUs);
            _signals.Add(signals);
            foreach (var feed in signals.Feeds)
            {
                feeds.Add(_parts.Feeds.Count);
                _parts.Feeds.Add(feed);
            }
        }

        return feeds;
    }

    private SimulatedReplica NewReplica(int index, ReplicaPool pool) =>
        new(index, pool, _handsOver, TiersOf(pool), _run, _stream) { Unit = null! };

    /// <summary>The tiers of one replica, in their order: those that all share, and its own.</summary>
    private KvTier[] TiersOf(ReplicaPool pool) =>
        [.. pool.Tiers.Select(tier => _sharedTiers[pool].FirstOrDefault(shared => shared.Place == tier.Place) ?? NewTier(tier, pool))];

    private static KvTier NewTier(PoolTier tier, ReplicaPool pool) => new(tier.Place, pool.Kv.BlockSizeTokens);

    private static IStepUnit NewUnit(int index, SimulatedReplica[] members, SimulationObserver observer)
    {
        if (members.Length > 1) return new LockstepUnit(index, members, observer);
        return members[0].Pool.PipelineStages > 1
            ? new PipelineUnit(index, members[0], observer)
            : new SoloUnit(index, members[0], observer);
    }
}

/// <summary>Where a request goes: to a replica, and perhaps on to another one; or nowhere until a time.</summary>
internal readonly record struct Routed(SimulatedReplica? Replica, SimulatedReplica? Decode, long? HoldUntilUs);
