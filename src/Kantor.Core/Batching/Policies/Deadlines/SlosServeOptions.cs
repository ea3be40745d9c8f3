using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>Options of <see cref="SlosServePlanner"/>.</summary>
public sealed record SlosServeOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SlosServeOptions>> Keys { get; } =
    [
        Option.Whole<SlosServeOptions>(
            "horizon", 1, PromptWindow.PromptsMax, options => options.Horizon, (options, most) => options with { Horizon = most },
            "prompts, the next ones that are due, that are decided about together in a step"),
        Option.Flag<SlosServeOptions>(
            "paces", options => options.Paces, (options, paces) => options with { Paces = paces },
            "whether rows decode only as often as their gaps ask for while prompts are promised, or in every step"),
        Option.Flag<SlosServeOptions>(
            "weighs", options => options.Weighs, (options, weighs) => options with { Weighs = weighs },
            "whether the value of a class counts, or all alike"),
        StepRule.ShareKey<SlosServeOptions>(options => options.Steps, (options, steps) => options with { SlackShare = steps.SlackShare }),
        WholePrompts.WatermarkKey<SlosServeOptions>(options => options.Watermark, (options, share) => options with { Watermark = share }),
    ];

    /// <summary>Prompts that are decided about together, 1 to 64.</summary>
    public int Horizon { get; init; } = 32;

    /// <summary>Whether rows decode only as often as their gaps ask for while prompts are promised.</summary>
    public bool Paces { get; init; } = true;

    /// <summary>Whether the value of a class counts.</summary>
    public bool Weighs { get; init; } = true;

    /// <summary>Share of a slack or gap that is used, above 0 and at most 1.</summary>
    public double SlackShare { get; init; } = 0.95;

    /// <summary>Share of the pool that an admission leaves free, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    internal StepRule Steps => new() { SlackShare = SlackShare };

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Horizon, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Horizon, PromptWindow.PromptsMax);
        Steps.Validate();
        WholePrompts.ValidateWatermark(Watermark);
    }
}
