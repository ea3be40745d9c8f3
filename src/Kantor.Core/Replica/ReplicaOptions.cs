using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.StepTime;

namespace Kantor.Core.Replica;

/// <summary>What a <see cref="ReplicaScheduler"/> is made of.</summary>
public sealed record ReplicaOptions
{
    /// <summary>Default of <see cref="HoldUsMax"/>: a minute.</summary>
    public const long HoldUsMaxUsual = 60_000_000;

    /// <summary>The policy.</summary>
    public required IBatchPlanner Planner { get; init; }

    /// <summary>Limits of a step.</summary>
    public required BatchLimits Limits { get; init; }

    /// <summary>The KV pool.</summary>
    public required KvLedgerOptions Kv { get; init; }

    /// <summary>How the admissions of a step share KV; null for the policy's own rules.</summary>
    public KvRules? KvRules { get; init; }

    /// <summary>Belief about output lengths.</summary>
    public required ILengthPredictor Predictor { get; init; }

    /// <summary>Step durations, as far as known.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>
    /// Most tokens that a request generates here before it goes on elsewhere, at least 1; null when it is served to its end. Policies see
    /// it as the request's declared output.
    /// </summary>
    public int? OutputTokensHere { get; init; }

    /// <summary>
    /// Place to which a preemption moves KV, so that it is copied back and not computed again; null recomputes (vLLM's swap_space,
    /// arXiv 2309.06180, section 4.5). When it is full, preemptions recompute.
    /// </summary>
    public KvPlace? Swap { get; init; }

    /// <summary>
    /// Tokens that are guessed after the newest one of every decoding request and checked in the same step, at least 0 (speculative
    /// decoding, arXiv 2211.17192); the host says by <see cref="ReplicaScheduler.Accept"/> how many were right.
    /// </summary>
    public int DraftTokens { get; init; }

    /// <summary>
    /// Further KV behind the pool, nearest first, each of which may be shared with other replicas. All that is computed is written to every
    /// one, and of what the farthest reaches a request loads each part from the nearest that has it, from all at the same time.
    /// </summary>
    public IReadOnlyList<KvTier> Tiers { get; init; } = [];

    /// <summary>
    /// Most microseconds for which the policy may hold without a break, at least 1; a plan that goes on holding after that is faulty, so
    /// that nobody waits for ever.
    /// </summary>
    public long HoldUsMax { get; init; } = HoldUsMaxUsual;

    /// <summary>The service classes, by number.</summary>
    public ServiceClassTable Classes { get; init; } = ServiceClassTable.Plain;

    /// <summary>Hears every event after the policies; null for nobody. A recorder is one.</summary>
    public PolicyState? Listener { get; init; }

    /// <summary>Takes down why the policy decided as it did; null when nobody wants to know.</summary>
    public IDecisionLog? Log { get; init; }

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        Limits.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(HoldUsMax, 1);
        var tiers = Tiers.Select(tier => tier.Place);
        KvPlace.Validate(Swap is null ? tiers : tiers.Append(Swap));
    }
}
