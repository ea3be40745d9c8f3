using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>Where a prompt goes of which no replica was sent enough.</summary>
public enum UnmatchedFate
{
    /// <summary>To the replica with the fewest requests.</summary>
    LeastLoaded,

    /// <summary>To the replica that was sent the least, as the gateway once did.</summary>
    LeastSent,
}

/// <summary>Options of <see cref="CacheAwareRouter"/>; the usual values are the gateway's.</summary>
public sealed record CacheAwareOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<CacheAwareOptions>> Keys { get; } =
    [
        Option.Number<CacheAwareOptions>(
            "match-share", Interval.Below(0, 1), options => options.MatchShare, (options, share) => options with { MatchShare = share },
            "share of the prompt that a replica must have been sent, and more"),
        Option.Whole<CacheAwareOptions>(
            "imbalance-min", 0, 1_000_000, options => options.ImbalanceMin, (options, most) => options with { ImbalanceMin = most },
            "requests that the fullest replica may have more than the emptiest before prefixes count no more"),
        Option.Number<CacheAwareOptions>(
            "imbalance-factor", Interval.Below(0, 1e6), options => options.ImbalanceFactor,
            (options, factor) => options with { ImbalanceFactor = factor },
            "times the emptiest that the fullest may have before prefixes count no more; both must be passed"),
        Option.Word<CacheAwareOptions, UnmatchedFate>(
            "unmatched", [("least-loaded", UnmatchedFate.LeastLoaded), ("least-sent", UnmatchedFate.LeastSent)],
            options => options.Unmatched, (options, fate) => options with { Unmatched = fate }, "where a new prompt goes"),
        PrefixIndexOptions.BlockKey<CacheAwareOptions>(
            options => options.BlockTokens, (options, tokens) => options with { BlockTokens = tokens }),
        PrefixIndexOptions.TokensKey<CacheAwareOptions>(
            options => options.IndexTokens, (options, tokens) => options with { IndexTokens = tokens }),
    ];

    /// <summary>Share of the prompt that a replica must have been sent, and more; from 0, below 1.</summary>
    public double MatchShare { get; init; } = 0.5;

    /// <summary>Requests that the fullest replica may have more than the emptiest, at least 0.</summary>
    public int ImbalanceMin { get; init; } = 32;

    /// <summary>Times the emptiest that the fullest may have, at least 0.</summary>
    public double ImbalanceFactor { get; init; } = 1.1;

    /// <summary>Where a new prompt goes.</summary>
    public UnmatchedFate Unmatched { get; init; }

    /// <summary>Tokens of a block of the router's record, at least 1.</summary>
    public int BlockTokens { get; init; } = 16;

    /// <summary>Tokens that are remembered of each replica, at least 1.</summary>
    public int IndexTokens { get; init; } = PrefixIndexOptions.UsualTokens;
}
