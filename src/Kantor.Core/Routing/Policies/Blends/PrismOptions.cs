using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>Options of <see cref="PrismRouter"/>.</summary>
public sealed record PrismOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PrismOptions>> Keys { get; } =
    [
        Option.Whole<PrismOptions>(
            "gap-ms", 1, 1_000_000, options => options.GapMs, (options, ms) => options with { GapMs = ms },
            "objective of a step where the class of a request has none for gaps"),
        Option.Whole<PrismOptions>(
            "scale-ms", 1, 100_000_000, options => options.ScaleMs, (options, ms) => options with { ScaleMs = ms },
            "time of the prompts that wait at which their score has fallen to a quarter"),
        Option.Number<PrismOptions>(
            "session-weight", Interval.Below(0, 1e6), options => options.SessionWeight,
            (options, weight) => options with { SessionWeight = weight }, "weight of the replica of the session's last turn"),
        PromptQueue.SentKey<PrismOptions>(options => options.CountsSent, (options, counts) => options with { CountsSent = counts }),
    ];

    /// <summary>Objective of a step where the class has none for gaps, in milliseconds, at least 1.</summary>
    public int GapMs { get; init; } = 50;

    /// <summary>Time of the prompts that wait at which their score has fallen to a quarter, in milliseconds, at least 1.</summary>
    public int ScaleMs { get; init; } = 1_000;

    /// <summary>Weight of the replica of the session's last turn, at least 0.</summary>
    public double SessionWeight { get; init; } = 1;

    /// <summary>Whether prompts sent since the last report count.</summary>
    public bool CountsSent { get; init; } = true;
}
