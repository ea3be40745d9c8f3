using Kantor.Core.Catalogue;

namespace OwnPolicy;

/// <summary>Options of <see cref="LastComePlanner"/>.</summary>
public sealed record LastComeOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LastComeOptions>> Keys { get; } =
    [
        Option.WholeOrNone<LastComeOptions>(
            "admissions-max", 1, 10_000, options => options.AdmissionsMax, (options, most) => options with { AdmissionsMax = most },
            "requests that may be admitted in one step"),
    ];

    /// <summary>Most requests that are admitted in one step, at least 1; null for as many as fit.</summary>
    public int? AdmissionsMax { get; init; }
}
