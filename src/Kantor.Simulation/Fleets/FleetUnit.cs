using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Fleets;

/// <summary>Replicas that join, fail and leave together: one, or those behind one barrier.</summary>
internal sealed class FleetUnit(int index, ReplicaGroup group, ReplicaPool pool, long askedUs)
{
    public int Index { get; } = index;

    public ReplicaGroup Group { get; } = group;

    /// <summary>What it is made of.</summary>
    public ReplicaPool Pool { get; } = pool;

    /// <summary>When it was asked for.</summary>
    public long AskedUs { get; } = askedUs;

    /// <summary>When it failed or left; null while it has not.</summary>
    public long? GoneUs { get; private set; }

    public FleetUnitState State { get; private set; } = FleetUnitState.Starting;

    /// <summary>None before it takes requests.</summary>
    public IReadOnlyList<SimulatedReplica> Replicas { get; private set; } = [];

    public IStepUnit Steps => Replicas[0].Unit;

    public bool IsIdle => Replicas.All(replica => replica.IsIdle);

    public void Take(IReadOnlyList<SimulatedReplica> replicas)
    {
        Replicas = replicas;
        State = FleetUnitState.Taking;
    }

    public void Drain() => State = FleetUnitState.Draining;

    public void Go(long nowUs)
    {
        (State, GoneUs) = (FleetUnitState.Gone, nowUs);
        foreach (var replica in Replicas) replica.IsGone = true;
    }
}

/// <summary>What a unit does.</summary>
internal enum FleetUnitState
{
    /// <summary>It was asked for and takes no requests yet.</summary>
    Starting,

    /// <summary>Requests are routed to it.</summary>
    Taking,

    /// <summary>It finishes its requests and takes no others.</summary>
    Draining,

    /// <summary>It failed or left.</summary>
    Gone,
}
