using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>Options of <see cref="ConsistentHashRouter"/>.</summary>
public sealed record ConsistentHashOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<ConsistentHashOptions>> Keys { get; } =
    [
        Option.Whole<ConsistentHashOptions>(
            "points", 1, 10_000, options => options.Points, (options, points) => options with { Points = points },
            "points of a replica on the ring"),
        Option.Whole<ConsistentHashOptions>(
            "prefix-tokens", 1, 1_000_000, options => options.PrefixTokens, (options, tokens) => options with { PrefixTokens = tokens },
            "first tokens by which a request goes that has no session"),
    ];

    /// <summary>Points of a replica on the ring, at least 1.</summary>
    public int Points { get; init; } = 160;

    /// <summary>
    /// First tokens by which a request goes that has no session, at least 1; more than a beginning that all have, as a system prompt.
    /// </summary>
    public int PrefixTokens { get; init; } = 1_024;
}
