using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>Options of <see cref="TrailPlanner"/>.</summary>
public sealed record TrailOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<TrailOptions>> Keys { get; } =
    [
        Option.Number<TrailOptions>(
            "preemptible-share", Interval.Below(0, 1_000), options => options.PreemptibleShare,
            (options, share) => options with { PreemptibleShare = share },
            "share of its first believed length up to which a running request may give way; 0 for never"),
    ];

    /// <summary>
    /// Share c of its first believed length up to which a running request may give way, at least 0; later it holds too much memory for
    /// that.
    /// </summary>
    public double PreemptibleShare { get; init; } = 0.8;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (PreemptibleShare is >= 0 and < 1_000) return;
        throw new ArgumentOutOfRangeException(nameof(PreemptibleShare), PreemptibleShare, "The share is at least 0 and below 1000.");
    }
}
