using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Windows;

/// <summary>Options of <see cref="LbgrRouter"/>.</summary>
public sealed record LbgrOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LbgrOptions>> Keys { get; } =
    [
        Option.Whole<LbgrOptions>(
            "half-life-ms", 1, 1_000_000, options => options.HalfLifeMs, (options, ms) => options with { HalfLifeMs = ms },
            "time after which half of what was sent counts no more"),
        Option.Flag<LbgrOptions>(
            "learns", options => options.Learns, (options, learns) => options with { Learns = learns },
            "whether the time that a replica took beyond what was expected counts"),
        PrefixIndexOptions.BlockKey<LbgrOptions>(
            options => options.BlockTokens, (options, tokens) => options with { BlockTokens = tokens }),
        PrefixIndexOptions.TokensKey<LbgrOptions>(
            options => options.IndexTokens, (options, tokens) => options with { IndexTokens = tokens }),
    ];

    /// <summary>Time after which half of what was sent counts no more, at least 1: 31/32 each 20 ms.</summary>
    public int HalfLifeMs { get; init; } = 437;

    /// <summary>Whether the time that a replica took beyond what was expected counts.</summary>
    public bool Learns { get; init; } = true;

    /// <summary>Tokens of a block of the router's record, at least 1.</summary>
    public int BlockTokens { get; init; } = 16;

    /// <summary>Tokens that are remembered of each replica, at least 1.</summary>
    public int IndexTokens { get; init; } = PrefixIndexOptions.UsualTokens;
}
