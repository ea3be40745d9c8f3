using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>Options of <see cref="LpmPlanner"/> and <see cref="HrrnPlanner"/>.</summary>
public sealed record PrefixOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PrefixOptions>> Keys { get; } =
    [
        Option.Whole<PrefixOptions>(
            "matched-max", 0, 100_000, options => options.MatchedMax, (options, most) => options with { MatchedMax = most },
            "longest queue of which prefixes are looked up in each step; a longer one goes in order of arrival"),
    ];

    /// <summary>Longest queue of which prefixes are looked up in each step, at least 0; a longer one goes in order of arrival.</summary>
    public int MatchedMax { get; init; } = 128;
}
