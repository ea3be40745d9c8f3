using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Signals;

namespace Kantor.Simulation.Fleets;

/// <summary>
/// All that a run has ever had of a fleet, in the order of their numbers; what has failed or left stays, because it is counted.
/// </summary>
internal sealed class FleetParts
{
    private readonly List<FleetUnit> _unitOf = [];

    /// <summary>Replicas.</summary>
    public List<SimulatedReplica> Replicas { get; } = [];

    /// <summary>Replicas that have neither failed nor left.</summary>
    public List<SimulatedReplica> Present { get; } = [];

    /// <summary>The schedulers of all.</summary>
    public List<ReplicaScheduler> Schedulers { get; } = [];

    /// <summary>What times steps.</summary>
    public List<IStepUnit> Units { get; } = [];

    /// <summary>What joins and leaves together.</summary>
    public List<FleetUnit> FleetUnits { get; } = [];

    /// <summary>What routers hear of replicas by samples.</summary>
    public List<SignalFeed> Feeds { get; } = [];

    public void Add(SimulatedReplica replica, FleetUnit unit)
    {
        Replicas.Add(replica);
        Present.Add(replica);
        Schedulers.Add(replica.Scheduler);
        _unitOf.Add(unit);
    }

    /// <summary>The unit that a replica of this number is part of; null when there is no such replica, or it is gone.</summary>
    public FleetUnit? UnitOf(int replica) => replica < _unitOf.Count && _unitOf[replica] is { GoneUs: null } unit ? unit : null;
}
