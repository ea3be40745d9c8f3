using Kantor.Core.Catalogue;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>Options of <see cref="LlmDStickyRouter"/>; the usual values are the source's.</summary>
public sealed record LlmDStickyOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LlmDStickyOptions>> Keys { get; } =
    [
        Option.Number<LlmDStickyOptions>(
            "match-share", Interval.Above(0, 1), options => options.MatchShare, (options, share) => options with { MatchShare = share },
            "share of the prompt that is cached where it sticks"),
        Option.Whole<LlmDStickyOptions>(
            "queued-max", 0, 1_000_000_000, options => options.QueuedMax, (options, tokens) => options with { QueuedMax = tokens },
            "prompt tokens that wait at a replica up to which it sticks: peak tokens per second x the longest wait"),
    ];

    /// <summary>Share of the prompt that is cached where it sticks, above 0, at most 1.</summary>
    public double MatchShare { get; init; } = 0.8;

    /// <summary>Prompt tokens that wait at a replica up to which it sticks, at least 0: 15,928 tokens/s for 18 s.</summary>
    public int QueuedMax { get; init; } = 286_704;
}
