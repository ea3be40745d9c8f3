using Kantor.Core.Batching.Parts;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>Options of <see cref="SarathiPlanner"/>; the chunk size is <see cref="BatchLimits.StepTokensMax"/>.</summary>
public sealed record SarathiOptions
{
    /// <summary>Share of the pool that an admission leaves available while something runs, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The watermark is out of range.</exception>
    public void Validate() => WholePrompts.ValidateWatermark(Watermark);
}
