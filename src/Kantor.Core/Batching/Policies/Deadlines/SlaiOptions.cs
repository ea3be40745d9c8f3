using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>Options of <see cref="SlaiPlanner"/>.</summary>
public sealed record SlaiOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SlaiOptions>> Keys { get; } =
    [
        Option.Number<SlaiOptions>(
            "offset", Interval.Above(0, 1_000), options => options.Offset, (options, steps) => options with { Offset = steps },
            "longest steps before the end of its gap at which a decode becomes urgent; below 2 gaps are lost"),
        Option.Number<SlaiOptions>(
            "full-offset", Interval.Above(0, 1_000), options => options.FullOffset, (options, steps) => options with { FullOffset = steps },
            "the same while the pool is fuller than memory-limit"),
        Option.Number<SlaiOptions>(
            "memory-limit", Interval.Above(0, 1), options => options.MemoryLimit, (options, share) => options with { MemoryLimit = share },
            "share of the pool in use from which decodes are urgent earlier, so that they end and free it"),
        Option.Whole<SlaiOptions>(
            "gap-ms", 1, 10_000_000, options => options.GapMs, (options, ms) => options with { GapMs = ms },
            "gap in milliseconds to which decodes are held whose class asks for none"),
        Option.Flag<SlaiOptions>(
            "shortest-first", options => options.ShortestFirst, (options, shortest) => options with { ShortestFirst = shortest },
            "whether the shortest prompt is admitted first, rather than the oldest"),
        WholePrompts.WatermarkKey<SlaiOptions>(options => options.Watermark, (options, share) => options with { Watermark = share }),
    ];

    /// <summary>Longest steps before the end of its gap at which a decode becomes urgent, above 0.</summary>
    public double Offset { get; init; } = 5;

    /// <summary>The same while the pool is fuller than <see cref="MemoryLimit"/>, above 0.</summary>
    public double FullOffset { get; init; } = 10;

    /// <summary>Share of the pool in use from which <see cref="FullOffset"/> holds, above 0 and at most 1.</summary>
    public double MemoryLimit { get; init; } = 0.96;

    /// <summary>Gap in milliseconds to which decodes are held whose class asks for none, at least 1.</summary>
    public int GapMs { get; init; } = 500;

    /// <summary>Whether the shortest prompt is admitted first, rather than the oldest.</summary>
    public bool ShortestFirst { get; init; } = true;

    /// <summary>Share of the pool that an admission leaves free, at least 0 and below 1.</summary>
    public double Watermark { get; init; } = 0.01;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Offset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(FullOffset);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MemoryLimit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MemoryLimit, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(GapMs, 1);
        WholePrompts.ValidateWatermark(Watermark);
    }
}
