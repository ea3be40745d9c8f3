using Kantor.Core.Decisions;
using Kantor.Core.Scaling;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation.Fleets;

/// <summary>A group whose size an autoscaler decides.</summary>
internal sealed class ScaledGroup(ReplicaGroup group, ScalingOptions options, FleetParts parts)
{
    private readonly PolicyState _state = group.ScalerState ?? throw new ArgumentException("The group has no autoscaler.", nameof(group));

    public ReplicaGroup Group { get; } = group;

    public ScalingOptions Options { get; } = options;

    /// <summary>Units that the group is to have more of; negative for fewer.</summary>
    public int UnitsMore(int waitingOutside, long nowUs)
    {
        var together = Group.Pool.LockstepReplicas;
        var starting = parts.FleetUnits.Count(unit => unit.Group == Group && unit.State == FleetUnitState.Starting);
        var view = new ScalingView
        {
            Endpoints = Group.Heard(nowUs),
            Starting = starting * together,
            WaitingOutside = waitingOutside,
            NowUs = nowUs,
        };
        var wanted = Math.Clamp(Options.Autoscaler.Wanted(view, _state), Options.ReplicasMin, Options.ReplicasMax);
        Group.Stream.Decided(DecisionKind.Scale, default, wanted, nowUs);
        return ((wanted + together - 1) / together) - (Group.TakingCount / together) - starting;
    }

    /// <summary>
    /// The units that are given up first: those that start, the last asked for first; then those with the fewest requests, as heard, the
    /// youngest first.
    /// </summary>
    public IReadOnlyList<FleetUnit> Surplus(int units, long nowUs)
    {
        var requests = new Dictionary<int, int>();
        foreach (ref readonly var endpoint in Group.Heard(nowUs)) requests[endpoint.Replica] = endpoint.Requests;
        return [.. parts.FleetUnits
            .Where(unit => unit.Group == Group && unit.State is (FleetUnitState.Starting or FleetUnitState.Taking))
            .OrderBy(unit => unit.State)
            .ThenBy(unit => unit.Replicas.Sum(replica => requests[replica.Index]))
            .ThenByDescending(unit => unit.Index)
            .Take(units)];
    }
}
