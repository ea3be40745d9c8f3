using Kantor.Core.Scaling;

namespace Kantor.Simulation.Pools;

/// <summary>A pool whose size follows its load.</summary>
public sealed record ScalingOptions
{
    /// <summary>Decides the size, by what the pool's router has heard.</summary>
    public required IAutoscaler Autoscaler { get; init; }

    /// <summary>Microseconds between evaluations, from the first arrival on; 1 ms to a day.</summary>
    public long PeriodUs { get; init; } = 15_000_000;

    /// <summary>Fewest replicas, at least 1.</summary>
    public int ReplicasMin { get; init; } = 1;

    /// <summary>Most replicas, those that drain not counted; at most 4096.</summary>
    public required int ReplicasMax { get; init; }

    /// <summary>Microseconds from asking for a replica until it takes requests: machine, weights, warm-up. At most a day.</summary>
    public long StartupUs { get; init; } = 120_000_000;

    internal void Validate(ReplicaPool pool)
    {
        const long DayUs = 86_400_000_000;
        ArgumentOutOfRangeException.ThrowIfLessThan(PeriodUs, 1000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PeriodUs, DayUs);
        ArgumentOutOfRangeException.ThrowIfNegative(StartupUs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StartupUs, DayUs);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplicasMin, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ReplicasMax, 4096);
        if (pool.Replicas < ReplicasMin || pool.Replicas > ReplicasMax)
        {
            throw new ArgumentOutOfRangeException(
                nameof(pool), pool.Replicas, $"A pool that is scaled begins with {ReplicasMin} to {ReplicasMax} replicas.");
        }

        if (ReplicasMin % pool.LockstepReplicas != 0 || ReplicasMax % pool.LockstepReplicas != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(pool),
                pool.LockstepReplicas,
                $"Replicas that step together come and go together: {nameof(ReplicasMin)} and {nameof(ReplicasMax)} are multiples.");
        }
    }
}
