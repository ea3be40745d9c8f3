using Kantor.Core.Catalogue;
using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>Options that planners which look ahead share: for which length they plan and what may start before a request that does not
/// fit.</summary>
public sealed record LookaheadOptions
{
    private static readonly (string, BackfillKind)[] Kinds =
        [("none", BackfillKind.None), ("skip", BackfillKind.Skip), ("reserve", BackfillKind.Reserve)];

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LookaheadOptions>> Keys { get; } =
    [
        Option.Word<LookaheadOptions, BackfillKind>(
            "backfilling", Kinds, options => options.Backfilling, (options, kind) => options with { Backfilling = kind },
            "who may start before the first that does not fit: nobody, whoever fits, whoever does not delay it"),
        Option.Whole<LookaheadOptions>(
            "backfill-depth", 1, 1_000_000, options => options.BackfillDepth, (options, depth) => options with { BackfillDepth = depth },
            "requests behind the blocked one that are looked at in a step"),
        Option.Flag<LookaheadOptions>(
            "plans-for-upper-belief", options => options.PlansForUpperBelief,
            (options, upper) => options with { PlansForUpperBelief = upper },
            "whether the upper belief about a length is taken for the length, rather than the mean"),
        Option.Number<LookaheadOptions>(
            "protection", Interval.Below(0, 1), options => options.Protection, (options, share) => options with { Protection = share },
            "share of the pool that is kept back for beliefs that are too low"),
        VictimOrders.Key<LookaheadOptions>(options => options.Victim, (options, order) => options with { Victim = order }),
        VictimOrders.HeadStartKey<LookaheadOptions>(options => options.HeadStart, (options, starts) => options with { HeadStart = starts }),
        StepRule.FollowsKey<LookaheadOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<LookaheadOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
    ];

    /// <summary>Who may start before the first that does not fit.</summary>
    public BackfillKind Backfilling { get; init; }

    /// <summary>Most requests behind the blocked one that are looked at in a step, at least 1.</summary>
    public int BackfillDepth { get; init; } = 32;

    /// <summary>Whether the upper belief about a length is taken for the length, rather than the mean.</summary>
    public bool PlansForUpperBelief { get; init; } = true;

    /// <summary>Share of the pool that is kept back, from 0, below 1; the source kept 0.1 against noisy predictions.</summary>
    public double Protection { get; init; }

    /// <summary>Who gives way when KV runs out.</summary>
    public VictimOrder Victim { get; init; }

    /// <summary>Whether preempted requests go before all others, or stand by their keys.</summary>
    public bool HeadStart { get; init; } = true;

    /// <summary>Whether steps are kept short for rows that decode.</summary>
    public StepRule Steps { get; init; } = StepRule.None;

    /// <summary>A depth without backfilling, or a share of slacks that nobody looks at.</summary>
    public static OptionFault? Contradiction(LookaheadOptions options, PolicySpec written) =>
        options.Backfilling == BackfillKind.None && written.Has("backfill-depth")
            ? new OptionFault("backfill-depth", "has no meaning without backfilling; leave it, or say which.", HasNoEffect: true)
            : options.Steps.Contradiction(written);

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BackfillDepth, 1);
        Steps.Validate();
        if (Protection is >= 0 and < 1) return;
        throw new ArgumentOutOfRangeException(nameof(Protection), Protection, "The share that is kept back is at least 0 and below 1.");
    }

    internal OrderRules ToRules(KeyRefresh refresh) =>
        new() { Refresh = refresh, Victims = Victim, PreemptedFirst = HeadStart, Steps = Steps };

    internal Backfilling ToBackfilling() => new(Backfilling, BackfillDepth);

    internal int PlannedTokens(in LengthBelief belief) => PlansForUpperBelief ? belief.UpperTokens : belief.MeanTokens;

    internal long BlocksMax(in BatchView view) => view.KvBlocksTotal - (long)(Protection * view.KvBlocksTotal);
}
