using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.FlowControl;

/// <summary>Options of <see cref="WaitPlanner"/>.</summary>
public sealed record WaitOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<WaitOptions>> Keys { get; } =
    [
        Option.WholeOrNone<WaitOptions>(
            "threshold", 1, 1_000_000, options => options.Threshold, (options, most) => options with { Threshold = most },
            "requests of a class that must wait before so many of it start together; none for the fluid equilibrium's"),
        Option.Whole<WaitOptions>(
            "patience-ms", 1, 1_000_000, options => options.PatienceMs, (options, ms) => options with { PatienceMs = ms },
            "wait after which the oldest of a class starts although too few wait"),
        Option.Whole<WaitOptions>(
            "hold-ms", 0, 60_000, options => options.HoldMs, (options, ms) => options with { HoldMs = ms },
            "how long an idle replica waits for a threshold to be reached"),
    ];

    /// <summary>
    /// Requests of a class that must wait before so many of it start together, n(j), at least 1; null for the rate of the class times the
    /// fluid equilibrium's step time, as far as the host knows step times.
    /// </summary>
    public int? Threshold { get; init; } = 4;

    /// <summary>Wait after which the oldest of a class starts although too few wait, in milliseconds, at least 1.</summary>
    public int PatienceMs { get; init; } = 1_000;

    /// <summary>How long an idle replica waits for a threshold to be reached, in milliseconds, at least 0.</summary>
    public int HoldMs { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (Threshold is { } threshold) ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 1, nameof(Threshold));
        ArgumentOutOfRangeException.ThrowIfLessThan(PatienceMs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(HoldMs);
    }
}
