using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Windows;

/// <summary>Options of <see cref="PrebleRouter"/>; the usual values are those of its authors' code.</summary>
public sealed record PrebleOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PrebleOptions>> Keys { get; } =
    [
        Option.Whole<PrebleOptions>(
            "window-ms", 1, 100_000_000, options => options.WindowMs, (options, ms) => options with { WindowMs = ms },
            "time over which work counts as load"),
        Option.Flag<PrebleOptions>(
            "rebalances", options => options.Rebalances, (options, rebalances) => options with { Rebalances = rebalances },
            "whether prompts leave the most loaded replica for the least loaded one when the two are far apart"),
        Option.Number<PrebleOptions>(
            "rebalance-factor", Interval.Above(1, 1e6), options => options.RebalanceFactor,
            (options, factor) => options with { RebalanceFactor = factor }, "times the least load from which the most is too far apart"),
        PrefixIndexOptions.BlockKey<PrebleOptions>(
            options => options.BlockTokens, (options, tokens) => options with { BlockTokens = tokens }),
        PrefixIndexOptions.TokensKey<PrebleOptions>(
            options => options.IndexTokens, (options, tokens) => options with { IndexTokens = tokens }),
    ];

    /// <summary>Time over which work counts as load, in milliseconds, at least 1.</summary>
    public int WindowMs { get; init; } = 180_000;

    /// <summary>Whether prompts leave the most loaded replica when it is far from the least loaded one.</summary>
    public bool Rebalances { get; init; } = true;

    /// <summary>Times the least load from which the most is too far apart, above 1.</summary>
    public double RebalanceFactor { get; init; } = 1.5;

    /// <summary>Tokens of a block of the router's record, at least 1.</summary>
    public int BlockTokens { get; init; } = 16;

    /// <summary>Tokens that are remembered of each replica, at least 1.</summary>
    public int IndexTokens { get; init; } = 198_516;

    /// <summary>A factor without rebalancing.</summary>
    public static OptionFault? Contradiction(PrebleOptions options, PolicySpec written) =>
        !options.Rebalances && written.Has("rebalance-factor")
        ? new OptionFault("rebalance-factor", "has no meaning when rebalances is false; leave one of the two.", HasNoEffect: true)
        : null;
}
