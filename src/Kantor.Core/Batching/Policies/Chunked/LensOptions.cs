using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>Options of <see cref="LensPlanner"/>; the usual values are those of the authors' code.</summary>
public sealed record LensOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<LensOptions>> Keys { get; } =
    [
        Option.Whole<LensOptions>(
            "floor-ms", 1, 100_000, options => options.FloorMs, (options, ms) => options with { FloorMs = ms },
            "time that a step aims at while nobody waits, as far as the gap allows"),
        Option.WholeOrNone<LensOptions>(
            "gap-ms", 1, 100_000, options => options.GapMs, (options, ms) => options with { GapMs = ms },
            "most that a step aims at; none for the tightest gap objective of those that decode, or 50 without one"),
        Option.Whole<LensOptions>(
            "queue-threshold", 1, 1_000_000, options => options.QueueThreshold, (options, most) => options with { QueueThreshold = most },
            "requests that wait from which on a step aims at the most; below, at a share of the way from the floor"),
        Option.Whole<LensOptions>(
            "chunk-max", 1, 1_000_000, options => options.ChunkMax, (options, tokens) => options with { ChunkMax = tokens },
            "most tokens of one prompt in a step"),
        Option.Whole<LensOptions>(
            "chunk-min", 1, 1_000_000, options => options.ChunkMin, (options, tokens) => options with { ChunkMin = tokens },
            "fewest tokens for which a prompt is begun, unless it has fewer"),
        Option.Number<LensOptions>(
            "tolerance", Interval.Below(0, 1), options => options.Tolerance, (options, share) => options with { Tolerance = share },
            "share of the target by which a step may fall short before nobody more is admitted to it"),
    ];

    /// <summary>Time that a step aims at while nobody waits, in milliseconds, at least 1.</summary>
    public int FloorMs { get; init; } = 15;

    /// <summary>
    /// Most that a step aims at, in milliseconds, at least 1; null for the tightest gap objective of those that decode, or 50 without one.
    /// </summary>
    public int? GapMs { get; init; }

    /// <summary>Requests that wait from which on a step aims at the most, at least 1.</summary>
    public int QueueThreshold { get; init; } = 5;

    /// <summary>Most tokens of one prompt in a step, at least 1.</summary>
    public int ChunkMax { get; init; } = 512;

    /// <summary>Fewest tokens for which a prompt is begun, unless it has fewer; at least 1.</summary>
    public int ChunkMin { get; init; } = 16;

    /// <summary>Share of the target by which a step may fall short before nobody more is admitted to it, from 0, below 1.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>A prompt that could never be begun.</summary>
    public static OptionFault? Contradiction(LensOptions options, PolicySpec written) => options.ChunkMin > options.ChunkMax
        ? new OptionFault("chunk-min", "is above chunk-max, so that no long prompt could begin.")
        : null;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(FloorMs, 1);
        if (GapMs is { } gapMs) ArgumentOutOfRangeException.ThrowIfLessThan(gapMs, 1, nameof(GapMs));
        ArgumentOutOfRangeException.ThrowIfLessThan(QueueThreshold, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChunkMin, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChunkMax, ChunkMin);
        if (Tolerance is >= 0 and < 1) return;
        throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "The tolerance is at least 0 and below 1.");
    }

    /// <summary>Time that a step aims at when so many wait, in microseconds: from the floor up, never above the most.</summary>
    internal double TargetUs(int waiting, double mostUs)
    {
        var floorUs = Math.Min(FloorMs * 1000.0, mostUs);
        return floorUs + ((mostUs - floorUs) * Math.Min(1, (double)waiting / QueueThreshold));
    }
}
