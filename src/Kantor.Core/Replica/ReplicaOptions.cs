using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.StepTime;

namespace Kantor.Core.Replica;

/// <summary>What a <see cref="ReplicaScheduler"/> is made of.</summary>
public sealed record ReplicaOptions
{
    /// <summary>The policy.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>Limits of a step.</summary>
    public required BatchLimits Limits { get; init; }

    /// <summary>The KV pool.</summary>
    public required KvLedgerOptions Kv { get; init; }

    /// <summary>Belief about output lengths.</summary>
    public required ILengthPredictor Predictor { get; init; }

    /// <summary>Step durations, as far as known.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>
    /// Most tokens that a request generates here before it goes on elsewhere, at least 1; null when it is served to its end. Policies see it as
    /// the request's declared output.
    /// </summary>
    public int? OutputTokensHere { get; init; }

    /// <summary>
    /// Blocks of host memory to which a preemption moves KV, so that it is copied back and not computed again; null recomputes (vLLM's
    /// swap_space, arXiv 2309.06180, section 4.5). When it is full, preemptions recompute.
    /// </summary>
    public int? SwapBlocks { get; init; }

    /// <summary>
    /// Tokens that are guessed after the newest one of every decoding request and checked in the same step, at least 0 (speculative decoding,
    /// arXiv 2211.17192); the host says by <see cref="ReplicaScheduler.Accept"/> how many were right.
    /// </summary>
    public int DraftTokens { get; init; }

    /// <summary>Further KV behind the pool, which may be shared with other replicas; null for none.</summary>
    public KvTier? Tier { get; init; }
}

/// <summary>What a scheduler has done since its start.</summary>
public sealed class SchedulerCounters
{
    /// <summary>Steps that computed something.</summary>
    public long Steps { get; internal set; }

    /// <summary>Tokens computed, recomputed ones included.</summary>
    public long ComputedTokens { get; internal set; }

    /// <summary>Tokens generated.</summary>
    public long GeneratedTokens { get; internal set; }

    /// <summary>Preemptions.</summary>
    public long Preemptions { get; internal set; }

    /// <summary>Computed tokens that were thrown away by preemptions; those found again in the prefix cache are not computed twice.</summary>
    public long RecomputedTokens { get; internal set; }

    /// <summary>Tokens whose KV came from elsewhere and was not computed here.</summary>
    public long LoadedTokens { get; internal set; }

    /// <summary>Tokens whose KV preemptions moved to host memory.</summary>
    public long SwappedTokens { get; internal set; }

    /// <summary>Plans that were refused by the validator or whose planner threw; <see cref="FcfsPlanner"/> planned instead.</summary>
    public long PlansRefused { get; internal set; }

    /// <summary>Grants that found no KV or sequence id although the plan was sound, because shared blocks were counted once too often.</summary>
    public long GrantsDeferred { get; internal set; }
}
