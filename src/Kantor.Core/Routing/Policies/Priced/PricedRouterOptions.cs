using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Priced;

/// <summary>Options of <see cref="PricedRouter"/>: each switches a term off, for comparison.</summary>
public sealed record PricedRouterOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PricedRouterOptions>> Keys { get; } =
    [
        Option.Flag<PricedRouterOptions>(
            "counts-others", options => options.CountsOthers, (options, counts) => options with { CountsOthers = counts },
            "whether the delay of those who are there counts"),
        Option.Flag<PricedRouterOptions>(
            "counts-kv", options => options.CountsKv, (options, counts) => options with { CountsKv = counts },
            "whether a pool that would be full counts"),
    ];

    /// <summary>Whether the delay of those who are there counts.</summary>
    public bool CountsOthers { get; init; } = true;

    /// <summary>Whether a pool that would be full counts.</summary>
    public bool CountsKv { get; init; } = true;
}
