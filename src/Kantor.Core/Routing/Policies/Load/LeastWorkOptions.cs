using Kantor.Core.Catalogue;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>Options of <see cref="LeastWorkRouter"/>.</summary>
public sealed record LeastWorkOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LeastWorkOptions>> Keys { get; } =
    [
        Option.Whole<LeastWorkOptions>(
            "step-tokens", 1, 1_000_000, options => options.StepTokens, (options, tokens) => options with { StepTokens = tokens },
            "prompt tokens of a step, by which the time of a token is reckoned"),
        Option.Flag<LeastWorkOptions>(
            "counts-hits", options => options.CountsHits, (options, counts) => options with { CountsHits = counts },
            "whether only what is not cached at a replica counts as work"),
        PromptQueue.SentKey<LeastWorkOptions>(options => options.CountsSent, (options, counts) => options with { CountsSent = counts }),
    ];

    /// <summary>Prompt tokens of a step, at least 1.</summary>
    public int StepTokens { get; init; } = PromptTime.StepTokens;

    /// <summary>Whether only what is not cached at a replica counts as work.</summary>
    public bool CountsHits { get; init; } = true;

    /// <summary>Whether prompts sent since the last report count as waiting.</summary>
    public bool CountsSent { get; init; } = true;
}
