using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Parts;

/// <summary>How large a router's own record of prefixes is.</summary>
/// <param name="BlockTokens">Tokens of a block.</param>
/// <param name="Tokens">Tokens that are remembered of each replica.</param>
internal readonly record struct PrefixIndexOptions(int BlockTokens, int Tokens)
{
    /// <summary>llm-d's approximate index: 31,250 blocks of 16 tokens.</summary>
    public const int UsualTokens = 500_000;

    /// <summary>The tokens of a block as an option.</summary>
    public static OptionKey<T> BlockKey<T>(Func<T, int> read, Func<T, int, T> with)
        where T : class, new() => Option.Whole(
            "block-tokens", 1, 1_000_000, read, with, "tokens of a block of the router's own record of prefixes; whole keys of a trace");

    /// <summary>The size of the record as an option.</summary>
    public static OptionKey<T> TokensKey<T>(Func<T, int> read, Func<T, int, T> with)
        where T : class, new() => Option.Whole(
            "index-tokens", 1, 100_000_000, read, with,
            "prompt tokens that the router remembers to have sent to a replica, least recent first out");
}
