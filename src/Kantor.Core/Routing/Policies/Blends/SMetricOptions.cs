using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>Options of <see cref="SMetricRouter"/>.</summary>
public sealed record SMetricOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SMetricOptions>> Keys { get; } =
    [
        Option.Number<SMetricOptions>(
            "hit-share", Interval.Below(0, 1), options => options.HitShare, (options, share) => options with { HitShare = share },
            "share of what came before that must be cached, and more"),
        Option.Number<SMetricOptions>(
            "slack", Interval.Above(0, 100), options => options.Slack, (options, slack) => options with { Slack = slack },
            "share of the objective of the first token that a prediction may take"),
        Option.Whole<SMetricOptions>(
            "ttft-ms", 1, 100_000_000, options => options.TtftMs, (options, ms) => options with { TtftMs = ms },
            "objective of the first token where the class of a request has none"),
    ];

    /// <summary>Share of what came before that must be cached, and more; from 0, below 1.</summary>
    public double HitShare { get; init; } = 0.5;

    /// <summary>Share of the objective that a prediction may take, above 0.</summary>
    public double Slack { get; init; } = 1;

    /// <summary>Objective of the first token where the class of a request has none, in milliseconds, at least 1.</summary>
    public int TtftMs { get; init; } = 5_000;
}
