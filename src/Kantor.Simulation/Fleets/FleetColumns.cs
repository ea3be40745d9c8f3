using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Signals;

namespace Kantor.Simulation.Fleets;

/// <summary>
/// The columns of a fleet's view, filled as far as the policy reads them. Replicas are added in the order in which the policy sees them.
/// </summary>
internal sealed class FleetColumns(Core.Routing.Signals reads, ServiceClassTable classes)
{
    // What a leap changes: it computes, and takes blocks that may have been cached.
    private const Core.Routing.Signals Books =
        Core.Routing.Signals.PrefixHits | Core.Routing.Signals.TierHits | Core.Routing.Signals.Work;

    private SimulatedReplica[] _replicas = [];
    private ReplicaSignals[] _signals = [];
    private EndpointRole[] _roles = [];
    private EndpointView[] _endpoints = [];
    private int[] _hits = [];
    private int[] _tierHits = [];
    private long[] _queued = [];
    private long[] _booked = [];
    private bool[] _adapters = [];
    private IStepTimeModel[] _stepTimes = [];
    private int _stamp = -1;

    /// <summary>Replicas in the view.</summary>
    public int Count { get; private set; }

    /// <summary>The replica at a place of the view.</summary>
    public SimulatedReplica this[int place] => _replicas[place];

    /// <summary>The view is of these replicas, as long as the stamp stays the same.</summary>
    public void Show(int stamp, params ReadOnlySpan<ReplicaGroup> groups)
    {
        if (stamp == _stamp) return;
        (_stamp, Count) = (stamp, 0);
        foreach (var group in groups) group.AddTo(this);
    }

    /// <summary>One more replica is in the view.</summary>
    public void Add(SimulatedReplica replica, ReplicaSignals signals, EndpointRole role)
    {
        if (Count == _replicas.Length) Grow();
        (_replicas[Count], _signals[Count], _roles[Count]) = (replica, signals, role);
        _endpoints[Count] = new EndpointView { Replica = replica.Index };
        Count++;
    }

    /// <summary>The view for one request.</summary>
    public FleetView For(RequestSpec spec, int waitingOutside, long nowUs)
    {
        for (var place = 0; place < Count && reads != Core.Routing.Signals.None; place++) Fill(place, spec, nowUs);
        return new FleetView
        {
            Endpoints = _endpoints.AsSpan(0, Count),
            Roles = _roles.AsSpan(0, Count),
            HitTokens = Column(_hits, Core.Routing.Signals.PrefixHits),
            TierHitTokens = Column(_tierHits, Core.Routing.Signals.TierHits),
            QueuedTokens = Column(_queued, Core.Routing.Signals.Work),
            BookedTokens = Column(_booked, Core.Routing.Signals.Booked),
            HasAdapter = Column(_adapters, Core.Routing.Signals.Adapters),
            StepTimes = Column(_stepTimes, Core.Routing.Signals.StepTime),
            Content = Reads(Core.Routing.Signals.Content) ? spec.Content : null,
            ServiceClasses = classes,
            WaitingOutside = waitingOutside,
            NowUs = nowUs,
        };
    }

    private bool Reads(Core.Routing.Signals signal) => (reads & signal) != 0;

    private ReadOnlySpan<T> Column<T>(T[] column, Core.Routing.Signals signal) => Reads(signal) ? column.AsSpan(0, Count) : [];

    private void Fill(int place, RequestSpec spec, long nowUs)
    {
        var replica = _replicas[place];
        if (Reads(Core.Routing.Signals.Load)) _endpoints[place] = _signals[place].View(nowUs);
        if (Reads(Books)) replica.CatchUp(nowUs);
        if (Reads(Core.Routing.Signals.PrefixHits)) _hits[place] = replica.HitTokens(spec);
        if (Reads(Core.Routing.Signals.TierHits)) _tierHits[place] = Math.Max(replica.HitTokens(spec), replica.TierHitTokens(spec));
        if (Reads(Core.Routing.Signals.Work)) _queued[place] = _signals[place].QueuedTokens(nowUs);
        if (Reads(Core.Routing.Signals.Booked)) _booked[place] = _signals[place].BookedTokens(nowUs);
        if (Reads(Core.Routing.Signals.Adapters)) _adapters[place] = replica.HasAdapter(spec.Facts.Adapter);
        if (Reads(Core.Routing.Signals.StepTime)) _stepTimes[place] = replica.Pool.StepTime;
    }

    private void Grow()
    {
        var size = Math.Max(4, 2 * _replicas.Length);
        Array.Resize(ref _replicas, size);
        Array.Resize(ref _signals, size);
        Array.Resize(ref _roles, size);
        Array.Resize(ref _endpoints, size);
        Array.Resize(ref _hits, size);
        Array.Resize(ref _tierHits, size);
        Array.Resize(ref _queued, size);
        Array.Resize(ref _booked, size);
        Array.Resize(ref _adapters, size);
        Array.Resize(ref _stepTimes, size);
    }
}
