using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Adapters;

/// <summary>Options of <see cref="PolarRouter"/>.</summary>
public sealed record PolarOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PolarOptions>> Keys { get; } =
    [
        Option.Number<PolarOptions>(
            "doubt", Interval.Below(0, 1e6), options => options.Doubt, (options, doubt) => options with { Doubt = doubt },
            "how much it is worth to learn of a situation that is not known"),
        Option.Number<PolarOptions>(
            "page-cost", Interval.Below(0, 1e6), options => options.PageCost, (options, cost) => options with { PageCost = cost },
            "reward that it costs to page an adapter in"),
    ];

    /// <summary>How much it is worth to learn of a situation that is not known, at least 0; 1 is the best reward.</summary>
    public double Doubt { get; init; } = 1;

    /// <summary>Reward that it costs to page an adapter in, at least 0.</summary>
    public double PageCost { get; init; } = 0.3;
}
