using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation.Replicas;

/// <summary>What all replicas of a run share.</summary>
internal sealed record RunParts
{
    public required RunRecorder Recorder { get; init; }

    public required LengthOracle Lengths { get; init; }

    public required SimulationObserver Observer { get; init; }

    public required IReplicaHost Host { get; init; }

    public required EventQueue Clock { get; init; }

    public required ServiceClassTable Classes { get; init; }

    /// <summary>Way out of replicas that prefill; null where prefill and decode are not apart.</summary>
    public required KvLink? WayOut { get; init; }

    /// <summary>Whether equal steps are advanced at once.</summary>
    public required bool Leaping { get; init; }

    /// <summary>Steps of one replica in a row without a generated token after which the run fails.</summary>
    public required int StepsWithoutTokenMax { get; init; }
}
