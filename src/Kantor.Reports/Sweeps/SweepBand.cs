using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Sweeps;

/// <summary>A figure over the seeds of one point. Seeds without the figure are left out.</summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Min">Smallest of any seed.</param>
/// <param name="Max">Largest of any seed.</param>
/// <param name="HalfWidth">Half the width of the 95 % interval of the mean (Student's t); null for a single seed, which tells nothing about
/// it.</param>
public readonly record struct SweepBand(double Mean, double Min, double Max, double? HalfWidth)
{
    /// <summary>Lower end of the interval; the mean without one.</summary>
    public double Low => Mean - (HalfWidth ?? 0);

    /// <summary>Upper end of the interval; the mean without one.</summary>
    public double High => Mean + (HalfWidth ?? 0);

    /// <summary>The band of a figure; null when no seed has it.</summary>
    public static SweepBand? Of(IEnumerable<SweepCell> seeds, Func<SweepCell, double?> figure) =>
        Of([.. seeds.Select(figure).OfType<double>()]);

    /// <summary>The band of values; null without any.</summary>
    public static SweepBand? Of(IReadOnlyList<double> values) =>
        values.Count == 0 ? null : new SweepBand(values.Average(), values.Min(), values.Max(), StudentT.HalfWidth95(values));
}

/// <summary>The cells that differ in the seed only.</summary>
/// <param name="Point">Their place; the seed is that of the first.</param>
/// <param name="Seeds">One cell per finished seed, at least one.</param>
public sealed record SweepGroup(SweepPoint Point, IReadOnlyList<SweepCell> Seeds)
{
    /// <summary>A figure over the seeds.</summary>
    public SweepBand? Band(Func<SweepCell, double?> figure) => SweepBand.Of(Seeds, figure);

    /// <summary>Groups in the order in which they first appear.</summary>
    public static IReadOnlyList<SweepGroup> Of(IEnumerable<SweepCell> cells) =>
        [.. cells.GroupBy(cell => cell.Point with { Seed = 0 }).Select(group => new SweepGroup(group.First().Point, [.. group]))];
}
