namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>What an <see cref="OrderedPlanner"/> does beside its key and its test.</summary>
internal sealed record OrderRules
{
    /// <summary>When keys are computed.</summary>
    public KeyRefresh Refresh { get; init; }

    /// <summary>
    /// Whether preempted rows go before all others, because their readers wait in the middle of an answer; otherwise they stand by their
    /// key.
    /// </summary>
    public bool PreemptedFirst { get; init; } = true;

    /// <summary>Which running row gives way when KV runs out.</summary>
    public VictimOrder Victims { get; init; }

    /// <summary>Whether the policy has a score of its own for who gives way.</summary>
    public bool ScoresVictims { get; init; }

    /// <summary>Rows that do not fit which a step passes over, at least 0; with 0 the first that does not fit ends admission.</summary>
    public int SkipsMax { get; init; }

    /// <summary>Whether steps are kept short for rows that decode.</summary>
    public StepRule Steps { get; init; } = StepRule.None;

    /// <summary>Whether somebody may be admitted in a step in which somebody gave way.</summary>
    public bool AdmitsAfterPreemption { get; init; }
}

/// <summary>When the keys of waiting rows are computed.</summary>
internal enum KeyRefresh
{
    /// <summary>When a row begins to wait: keys that nothing changes, or that all change alike.</summary>
    OnChange,

    /// <summary>Then, and some rows more in each step, in turn: keys that change slowly, such as those from beliefs.</summary>
    InTurn,

    /// <summary>All in each step, which takes n log n: for short queues only.</summary>
    EveryStep,
}
