using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>Options of <see cref="SsjfPlanner"/>.</summary>
public sealed record SsjfOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SsjfOptions>> Keys { get; } =
    [
        VictimOrders.Key<SsjfOptions>(options => options.Victim, (options, order) => options with { Victim = order }),
        VictimOrders.HeadStartKey<SsjfOptions>(options => options.HeadStart, (options, starts) => options with { HeadStart = starts }),
        StepRule.FollowsKey<SsjfOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<SsjfOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
    ];

    /// <summary>Who gives way when KV runs out.</summary>
    public VictimOrder Victim { get; init; }

    /// <summary>Whether preempted requests go before all others, or stand by their lengths.</summary>
    public bool HeadStart { get; init; } = true;

    /// <summary>Whether steps are kept short for rows that decode.</summary>
    public StepRule Steps { get; init; } = StepRule.None;

    /// <summary>A share of slacks that nobody looks at.</summary>
    public static OptionFault? Contradiction(SsjfOptions options, PolicySpec written) => options.Steps.Contradiction(written);

    internal OrderRules ToRules() => new() { Refresh = KeyRefresh.InTurn, Victims = Victim, PreemptedFirst = HeadStart, Steps = Steps };
}
