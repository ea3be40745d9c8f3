using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>Options of <see cref="OneBitSvfPlanner"/>.</summary>
public sealed record OneBitSvfOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<OneBitSvfOptions>> Keys { get; } =
    [
        Option.Number<OneBitSvfOptions>(
            "small-max", Interval.Above(0, 1_000_000), options => options.SmallMax, (options, pools) => options with { SmallMax = pools },
            "largest volume of a small request, in rounds of the whole pool"),
        Option.Flag<OneBitSvfOptions>(
            "backfilling", options => options.Backfilling, (options, fills) => options with { Backfilling = fills },
            "whether later requests may start before the first that does not fit"),
    ];

    /// <summary>Largest volume of a small request, in rounds of the whole pool, above 0.</summary>
    public double SmallMax { get; init; } = 1;

    /// <summary>Whether later requests may start before the first one that does not fit, as long as they do not delay its start.</summary>
    public bool Backfilling { get; init; }

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate() => ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SmallMax);

    internal Backfilling ToBackfilling() => Backfilling ? new Backfilling(BackfillKind.Reserve, 32) : Parts.Ordered.Backfilling.None;
}
