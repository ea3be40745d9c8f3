using Kantor.Core.Catalogue;

namespace Kantor.Core.Admission;

/// <summary>Options of <see cref="SetFeasibleAdmission"/>.</summary>
public sealed record SetFeasibleOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SetFeasibleOptions>> Keys { get; } =
    [
        Option.Whole<SetFeasibleOptions>(
            "step-tokens", 1, 1_000_000, options => options.StepTokens, (options, tokens) => options with { StepTokens = tokens },
            "prompt tokens of a step, by which the time of a token is reckoned"),
        LateOption.Key<SetFeasibleOptions>(options => options.Late, (options, late) => options with { Late = late }),
    ];

    /// <summary>Prompt tokens of a step, by which the time of a token is reckoned, at least 1.</summary>
    public int StepTokens { get; init; } = 2_048;

    /// <summary>What becomes of who does not fit the set.</summary>
    public LateFate Late { get; init; }
}
