using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Intervals;

/// <summary>Options of <see cref="AMinPlanner"/>.</summary>
public sealed record AMinOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<AMinOptions>> Keys { get; } =
    [
        Option.Number<AMinOptions>(
            "lower-quantile", Interval.Below(0, 1), options => options.LowerQuantile,
            (options, share) => options with { LowerQuantile = share },
            "share of believed lengths below the lower end of the interval; 0 for an end of 1 token"),
        Option.Flag<AMinOptions>(
            "by-volume", options => options.ByVolume, (options, byVolume) => options with { ByVolume = byVolume },
            "whether the order is by KV volume of prompt and lower end, rather than by the lower end"),
    ];

    /// <summary>Share of believed lengths below the lower end of the interval, from 0, below 1; with 0 the end is 1 token.</summary>
    public double LowerQuantile { get; init; } = 0.05;

    /// <summary>Whether the order is by KV volume of prompt and lower end, for prompts of unlike lengths.</summary>
    public bool ByVolume { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (LowerQuantile is >= 0 and < 1) return;
        throw new ArgumentOutOfRangeException(nameof(LowerQuantile), LowerQuantile, "A quantile's share is at least 0 and below 1.");
    }
}
