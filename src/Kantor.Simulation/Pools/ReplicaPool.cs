using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.StepTime;

namespace Kantor.Simulation.Pools;

/// <summary>Equal replicas: the policy that runs them, their sizes, and what their engine does beyond batching.</summary>
public record ReplicaPool
{
    /// <summary>Batch policy of every replica.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>Number of replicas, 1 to 4096.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Limits of a step, per replica.</summary>
    public required BatchLimits Limits { get; init; }

    /// <summary>KV pool, per replica.</summary>
    public required KvLedgerOptions Kv { get; init; }

    /// <summary>How the admissions of a step share KV; null for the policy's own rules.</summary>
    public KvRules? KvRules { get; init; }

    /// <summary>Duration of a step; rounded up to whole microseconds, at least 1.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>Makes the length predictor of one replica; each learns from what finishes there.</summary>
    public required Func<ILengthPredictor> NewPredictor { get; init; }

    /// <summary>Most microseconds for which the policy may hold without a break, at least 1; then it counts as faulty for a step.</summary>
    public long HoldUsMax { get; init; } = ReplicaOptions.HoldUsMaxUsual;

    /// <summary>
    /// Whether each step is planned when the one before it begins, as engines with asynchronous scheduling do: a request that arrives
    /// during a step misses the next one too.
    /// </summary>
    public bool PlansAhead { get; init; }

    /// <summary>
    /// Pipeline stages of a replica, at least 1: each takes its share of <see cref="StepTime"/>, and as many batches as stages are under
    /// way, none of which holds a request of another (Orca, OSDI 2022, section 4.2).
    /// </summary>
    public int PipelineStages { get; init; } = 1;

    /// <summary>Microseconds from one pipeline stage to the next, added to each stage; at least 0.</summary>
    public double PipelineHopUs { get; init; }

    /// <summary>
    /// Replicas that step together because they share experts, at least 1 and a divisor of <see cref="Replicas"/>: a step of one lasts
    /// until the slowest is done (data-parallel attention with a barrier).
    /// </summary>
    public int LockstepReplicas { get; init; } = 1;

    /// <summary>
    /// Place to which the preemptions of a replica move KV, each with its own (vLLM's swap_space); null recomputes. Moving out holds up the
    /// step that preempts; moving in holds up only its request.
    /// </summary>
    public KvPlace? Swap { get; init; }

    /// <summary>Places that keep KV behind the pool of each replica, nearest first.</summary>
    public IReadOnlyList<PoolTier> Tiers { get; init; } = [];

    /// <summary>Every place of a replica but its pool.</summary>
    public IEnumerable<KvPlace> Places
    {
        get
        {
            var tiers = Tiers.Select(tier => tier.Place);
            return Swap is null ? tiers : tiers.Append(Swap);
        }
    }

    /// <summary>Guessing of further tokens in every decode; null for none.</summary>
    public Speculation? Speculation { get; init; }

    /// <summary>
    /// What adapters cost; needs <see cref="BatchLimits.AdaptersMax"/>, the slots that there are. Null: they cost nothing.
    /// </summary>
    public AdapterCost? Adapters { get; init; }

    /// <summary>What the router of the pool hears of its replicas, and when.</summary>
    public FleetSignals Signals { get; init; } = new();

    /// <summary>How the number of replicas follows the load; null when it stays as it is.</summary>
    public ScalingOptions? Scaling { get; init; }

    /// <summary>
    /// Further replicas behind the same router, unlike these: other machines, other limits, another batch policy. They have no others
    /// beside them, and their number stays as it is.
    /// </summary>
    public IReadOnlyList<ReplicaPool> Beside { get; init; } = [];

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public virtual void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Replicas, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Replicas, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(PipelineStages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PipelineStages, 64);
        ArgumentOutOfRangeException.ThrowIfLessThan(LockstepReplicas, 1);
        if (PipelineHopUs is not (>= 0 and < 1e9))
        {
            throw new ArgumentOutOfRangeException(nameof(PipelineHopUs), PipelineHopUs, "Microseconds between stages are 0 to 1e9.");
        }

        if (Replicas % LockstepReplicas != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(LockstepReplicas), LockstepReplicas, $"It must divide the {Replicas} replicas.");
        }

        if (PipelineStages > 1 && LockstepReplicas > 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(LockstepReplicas), LockstepReplicas, "Replicas with pipeline stages do not step together.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(HoldUsMax, 1);
        Limits.Validate();
        Kv.Validate();
        KvPlace.Validate(Places);
        if (Tiers.FirstOrDefault(tier => tier.Place.Blocks is null) is { } tier)
        {
            throw new ArgumentException($"The place '{tier.Place.Name}' of a tier needs {nameof(KvPlace.Blocks)}.", nameof(Tiers));
        }

        Speculation?.Validate();
        Adapters?.Validate();
        if (Adapters is not null && Limits.AdaptersMax is null)
        {
            throw new ArgumentException(
                $"{nameof(Adapters)} needs {nameof(Limits)}.{nameof(BatchLimits.AdaptersMax)}, the slots that there are.");
        }

        Signals.Validate();
        Scaling?.Validate(this);
        foreach (var other in Beside)
        {
            if (other.Beside.Count > 0) throw new ArgumentException("Replicas beside others have no others beside them.", nameof(Beside));
            if (other.Scaling is not null)
            {
                throw new ArgumentException("The number of replicas beside others stays as it is.", nameof(Beside));
            }

            other.Validate();
        }
    }
}
