using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>Options of <see cref="RendezvousRouter"/>.</summary>
public sealed record RendezvousOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<RendezvousOptions>> Keys { get; } =
    [
        Option.Whole<RendezvousOptions>(
            "prefix-tokens", 1, 1_000_000, options => options.PrefixTokens, (options, tokens) => options with { PrefixTokens = tokens },
            "first tokens by which a request goes that has no session"),
    ];

    /// <summary>
    /// First tokens by which a request goes that has no session, at least 1; more than a beginning that all have, as a system prompt.
    /// </summary>
    public int PrefixTokens { get; init; } = 1_024;
}
