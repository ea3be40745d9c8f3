using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>Options of <see cref="ProductionStackRouter"/>.</summary>
public sealed record ProductionStackOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<ProductionStackOptions>> Keys { get; } =
    [
        Option.Number<ProductionStackOptions>(
            "load-weight", Interval.Below(0, 1e6), options => options.LoadWeight, (options, weight) => options with { LoadWeight = weight },
            "weight of a replica's requests, relative to the fullest, against the matched share; loadaware has 1"),
        PrefixIndexOptions.BlockKey<ProductionStackOptions>(
            options => options.BlockTokens, (options, tokens) => options with { BlockTokens = tokens }),
        PrefixIndexOptions.TokensKey<ProductionStackOptions>(
            options => options.IndexTokens, (options, tokens) => options with { IndexTokens = tokens }),
    ];

    /// <summary>Weight of a replica's requests against the matched share, at least 0.</summary>
    public double LoadWeight { get; init; }

    /// <summary>Tokens of a block of the router's record, at least 1; the source's 128 characters.</summary>
    public int BlockTokens { get; init; } = 32;

    /// <summary>Tokens that are remembered of each replica, at least 1.</summary>
    public int IndexTokens { get; init; } = PrefixIndexOptions.UsualTokens;
}
