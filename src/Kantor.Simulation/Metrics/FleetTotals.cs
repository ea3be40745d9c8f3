namespace Kantor.Simulation.Metrics;

/// <summary>What a run needed of its fleet.</summary>
public sealed record FleetTotals
{
    /// <summary>
    /// Replica-microseconds from the first arrival to the last end: each replica from when it was asked for, so that starting costs too,
    /// until it left or failed.
    /// </summary>
    public long ReplicaUs { get; init; }

    /// <summary>Most replicas that took requests at once.</summary>
    public int TakingMax { get; init; }

    /// <summary>Replicas that joined after the beginning.</summary>
    public int Joined { get; init; }

    /// <summary>Replicas that failed.</summary>
    public int Failed { get; init; }

    /// <summary>Replicas that left when they had finished their requests.</summary>
    public int Left { get; init; }

    /// <summary>Times that a request lost its replica and was handed on.</summary>
    public int HandedOn { get; init; }

    /// <summary>Times that a request waited because no replica took requests.</summary>
    public int WaitedOutside { get; init; }

    /// <summary>Failures and drains of replicas that were not there any more, or not yet.</summary>
    public int EventsWithoutReplica { get; init; }
}
