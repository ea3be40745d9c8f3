using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>Options of <see cref="SarathiPlanner"/>; the chunk size is <see cref="BatchLimits.StepTokensMax"/>, or less by gaps.</summary>
public sealed record SarathiOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SarathiOptions>> Keys { get; } =
    [
        WholePrompts.WatermarkKey<SarathiOptions>(options => options.Watermark, (options, share) => options with { Watermark = share }),
        StepRule.FollowsKey<SarathiOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
        StepRule.ShareKey<SarathiOptions>(options => options.Steps, (options, steps) => options with { Steps = steps }),
    ];

    /// <summary>Share of the pool that an admission leaves available while something runs, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>How long steps may take: dynamic chunks; not followed unless told to, as in the paper.</summary>
    public StepRule Steps { get; init; } = StepRule.None;

    /// <summary>A share of slacks that nobody looks at.</summary>
    public static OptionFault? Contradiction(SarathiOptions options, PolicySpec written) => options.Steps.Contradiction(written);

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public void Validate()
    {
        Steps.Validate();
        WholePrompts.ValidateWatermark(Watermark);
    }
}
