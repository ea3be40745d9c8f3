using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>Options of <see cref="SarathiPlanner"/>; the chunk size is <see cref="BatchLimits.StepTokensMax"/>.</summary>
public sealed record SarathiOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SarathiOptions>> Keys { get; } =
    [
        Option.Number<SarathiOptions>(
            "watermark", Interval.Below(0, 1), options => options.Watermark, (options, share) => options with { Watermark = share },
            "share of the pool that an admission leaves free"),
    ];

    /// <summary>Share of the pool that an admission leaves available while something runs, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The watermark is out of range.</exception>
    public void Validate() => WholePrompts.ValidateWatermark(Watermark);
}
