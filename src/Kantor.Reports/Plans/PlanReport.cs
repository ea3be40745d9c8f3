using Kantor.Planning;

namespace Kantor.Reports.Plans;

/// <summary>A plan and what it was made for, as reports show it.</summary>
public sealed record PlanReport
{
    /// <summary>Trace or law of the requests.</summary>
    public required string Trace { get; init; }

    /// <summary>Requests of a simulation.</summary>
    public required int Requests { get; init; }

    /// <summary>Most replicas of a fleet.</summary>
    public required int ReplicasMax { get; init; }

    /// <summary>GPUs of a node.</summary>
    public required int GpusPerNode { get; init; }

    /// <summary>Gigabits per second of KV out of a prefilling replica to another in its node.</summary>
    public required double NodeGbps { get; init; }

    /// <summary>Gigabits per second of KV out of a prefilling replica to another node.</summary>
    public required double NetworkGbps { get; init; }

    /// <summary>The plan.</summary>
    public required FleetPlan Plan { get; init; }
}
