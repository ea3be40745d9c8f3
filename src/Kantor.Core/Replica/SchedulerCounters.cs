using Kantor.Core.Batching.Policies.Arrival;

namespace Kantor.Core.Replica;

/// <summary>What a scheduler has done since its start.</summary>
public sealed class SchedulerCounters
{
    /// <summary>Steps that computed something.</summary>
    public long Steps { get; internal set; }

    /// <summary>Tokens computed, recomputed ones included.</summary>
    public long ComputedTokens { get; internal set; }

    /// <summary>Prompt tokens of requests that were admitted for the first time, here or anywhere.</summary>
    public long PrefixQueriedTokens { get; internal set; }

    /// <summary>Those of them that were cached by others or before: what <c>vllm:prefix_cache_hits_total</c> counts.</summary>
    public long PrefixHitTokens { get; internal set; }

    /// <summary>
    /// Cached tokens with which requests came back that had been admitted before: mostly what they themselves left behind.
    /// </summary>
    public long PrefixRefoundTokens { get; internal set; }

    /// <summary>Tokens generated.</summary>
    public long GeneratedTokens { get; internal set; }

    /// <summary>Preemptions.</summary>
    public long Preemptions { get; internal set; }

    /// <summary>
    /// Computed tokens that were thrown away by preemptions; those found again in the prefix cache are not computed twice.
    /// </summary>
    public long RecomputedTokens { get; internal set; }

    /// <summary>Tokens whose KV came from elsewhere and was not computed here.</summary>
    public long LoadedTokens { get; internal set; }

    /// <summary>Tokens whose KV preemptions moved to host memory.</summary>
    public long SwappedTokens { get; internal set; }

    /// <summary>Plans that were refused by the validator or whose planner threw; <see cref="FcfsPlanner"/> planned instead.</summary>
    public long PlansRefused { get; internal set; }

    /// <summary>
    /// Grants that found no KV or sequence id although the plan was sound, because shared blocks were counted once too often.
    /// </summary>
    public long GrantsDeferred { get; internal set; }
}
