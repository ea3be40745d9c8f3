namespace Kantor.Simulation.Reports;

/// <summary>A figure over the seeds of one point: its mean and its range. Seeds without the figure are left out.</summary>
/// <param name="Mean">Arithmetic mean.</param>
/// <param name="Min">Smallest of any seed.</param>
/// <param name="Max">Largest of any seed.</param>
public readonly record struct SweepBand(double Mean, double Min, double Max)
{
    /// <summary>The band of a figure; null when no seed has it.</summary>
    public static SweepBand? Of(IEnumerable<SweepCell> seeds, Func<SweepCell, double?> figure)
    {
        double[] values = [.. seeds.Select(figure).OfType<double>()];
        return values.Length == 0 ? null : new SweepBand(values.Average(), values.Min(), values.Max());
    }
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
