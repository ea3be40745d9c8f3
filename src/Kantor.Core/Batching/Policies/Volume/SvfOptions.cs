using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>Options of <see cref="SvfPlanner"/>.</summary>
public sealed record SvfOptions
{
    private const double UsualAgingShare = 0.01;

    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SvfOptions>> Keys { get; } =
    [
        Option.Number<SvfOptions>(
            "aging-share", Interval.Above(0, 1), options => options.AgingShare ?? UsualAgingShare,
            (options, share) => options with { AgingShare = share }, "volume that a step of waiting takes off, as a share of the pool"),
        Option.Flag<SvfOptions>(
            "aging", options => options.AgingShare is not null,
            (options, ages) => options with { AgingShare = ages ? options.AgingShare ?? UsualAgingShare : null },
            "whether waiting makes requests smaller; without it large ones can starve"),
        Option.Flag<SvfOptions>(
            "backfilling", options => options.Backfilling, (options, fills) => options with { Backfilling = fills },
            "whether later requests may start before the first that does not fit"),
        Option.Whole<SvfOptions>(
            "backfill-depth", 1, 1_000_000, options => options.BackfillDepth, (options, depth) => options with { BackfillDepth = depth },
            "requests behind the blocked one that are looked at in a step"),
        Option.Whole<SvfOptions>(
            "overtakes-max", 1, 100_000_000, options => options.OvertakesMax, (options, most) => options with { OvertakesMax = most },
            "backfilled requests that one blocked request lets pass"),
        Option.Flag<SvfOptions>(
            "plans-for-upper-belief", options => options.PlansForUpperBelief,
            (options, upper) => options with { PlansForUpperBelief = upper },
            "whether memory is planned for the upper belief about lengths"),
        VictimOrders.Key<SvfOptions>(options => options.Victim, (options, order) => options with { Victim = order }),
        VictimOrders.HeadStartKey<SvfOptions>(options => options.HeadStart, (options, starts) => options with { HeadStart = starts }),
        StepRule.FollowsKey<SvfOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<SvfOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
    ];

    /// <summary>
    /// Volume by which a step of waiting makes a request count smaller, as a share of what the pool offers in a step (its tokens); null for
    /// no aging, with which large requests can starve. A request of volume V is overtaken by nobody who arrives more than V / (share ·
    /// pool) steps after it.
    /// </summary>
    public double? AgingShare { get; init; } = UsualAgingShare;

    /// <summary>Whether later requests may start before the first one that does not fit, as long as they do not delay its start.</summary>
    public bool Backfilling { get; init; } = true;

    /// <summary>Most requests behind the blocked one that are looked at in a step, at least 1.</summary>
    public int BackfillDepth { get; init; } = 32;

    /// <summary>Most backfilled requests that one blocked request lets pass, at least 1; beliefs may be wrong, patience must end.</summary>
    public int OvertakesMax { get; init; } = 256;

    /// <summary>Whether memory is planned for the upper belief about lengths rather than for the mean.</summary>
    public bool PlansForUpperBelief { get; init; }

    /// <summary>Who gives way when KV runs out.</summary>
    public VictimOrder Victim { get; init; }

    /// <summary>Whether preempted requests go before all others, or stand by their volumes.</summary>
    public bool HeadStart { get; init; } = true;

    /// <summary>Whether steps are kept short for rows that decode.</summary>
    public StepRule Steps { get; init; } = StepRule.None;

    /// <summary>An option of something that is switched off.</summary>
    public static OptionFault? Contradiction(SvfOptions options, PolicySpec written)
    {
        if (options.AgingShare is null && written.Has("aging-share")) return Idle("aging-share", "aging");
        if (options.Backfilling) return options.Steps.Contradiction(written);
        if (written.Has("backfill-depth")) return Idle("backfill-depth", "backfilling");
        return written.Has("overtakes-max") ? Idle("overtakes-max", "backfilling") : options.Steps.Contradiction(written);
    }

    private static OptionFault Idle(string key, string off) =>
        new(key, $"has no meaning when {off} is false; leave one of the two.", HasNoEffect: true);

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (AgingShare is { } share && !(share is > 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(AgingShare), share, "The aging share is above 0 and at most 1; null switches aging off.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(BackfillDepth, 1);
        Steps.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(OvertakesMax, 1);
    }
}
