using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>Options of <see cref="KLpmPlanner"/>.</summary>
public sealed record KLpmOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<KLpmOptions>> Keys { get; } =
    [
        Option.Whole<KLpmOptions>(
            "k", 0, 1_000_000, options => options.K, (options, k) => options with { K = k },
            "picks by longest cached prefix between two of the oldest; 0 for order of arrival"),
        Option.Whole<KLpmOptions>(
            "matched-max", 0, 100_000, options => options.MatchedMax, (options, most) => options with { MatchedMax = most },
            "longest queue of which prefixes are looked up in each step; a longer one goes in order of arrival"),
    ];

    /// <summary>Picks by longest cached prefix between two of the oldest, at least 0.</summary>
    public int K { get; init; } = 2;

    /// <summary>Longest queue of which prefixes are looked up in each step, at least 0; a longer one goes in order of arrival.</summary>
    public int MatchedMax { get; init; } = 128;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate() => ArgumentOutOfRangeException.ThrowIfNegative(K);
}
