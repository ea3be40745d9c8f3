using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Fair;

/// <summary>Options of <see cref="DlpmPlanner"/>.</summary>
public sealed record DlpmOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<DlpmOptions>> Keys { get; } =
    [
        Option.Whole<DlpmOptions>(
            "quantum", 1, 100_000_000, options => options.Quantum, (options, service) => options with { Quantum = service },
            "service that a tenant may have more whenever nobody who waits may have any; the more, the more hits and the less fairness"),
        Option.Number<DlpmOptions>(
            "token-weight", Interval.Above(0, 1_000), options => options.TokenWeight,
            (options, weight) => options with { TokenWeight = weight }, "service of a generated token; a computed prompt token counts one"),
        Option.Whole<DlpmOptions>(
            "matched-max", 0, 100_000, options => options.MatchedMax, (options, most) => options with { MatchedMax = most },
            "longest queue of which prefixes are looked up in each step; a longer one goes in order of arrival"),
    ];

    /// <summary>Service that a tenant may have more in each round, at least 1.</summary>
    public int Quantum { get; init; } = 4_000;

    /// <summary>Service of a generated token, above 0.</summary>
    public double TokenWeight { get; init; } = 2;

    /// <summary>Longest queue of which prefixes are looked up in each step, at least 0; a longer one goes in order of arrival.</summary>
    public int MatchedMax { get; init; } = 128;
}
