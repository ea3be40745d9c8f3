namespace Kantor.Reports.Sweeps;

/// <summary>
/// How a policy differs from the first one of the sweep at the same point: each seed's difference is taken on the same requests, so that
/// what the seeds have in common cancels.
/// </summary>
/// <param name="Point">Place of the policy in the grid; the seed is that of the first.</param>
/// <param name="Against">Policy that is subtracted.</param>
/// <param name="Figure">Name of the figure, as in the JSON.</param>
/// <param name="Seeds">Seeds that have the figure under both policies.</param>
/// <param name="Difference">The differences over these seeds.</param>
public sealed record PairedDifference(SweepPoint Point, string Against, string Figure, int Seeds, SweepBand Difference)
{
    /// <summary>The figures that are compared; times in milliseconds, attainment as a share.</summary>
    public static IReadOnlyList<(string Name, Func<SweepCell, double?> Of)> Figures { get; } =
    [
        ("ttft_ms_p99", cell => cell.Run.Ttft?.P99Ms),
        ("itl_ms_p99", cell => cell.Run.Itl?.P99Ms),
        ("e2e_ms_p99", cell => cell.Run.E2e?.P99Ms),
        ("slo_attainment", cell => cell.Run.SloAttainment),
        ("goodput_rps", cell => cell.Run.GoodputRps),
    ];

    /// <summary>Whether the 95 % interval leaves 0 out: a difference that the seeds do not explain.</summary>
    public bool IsSignificant => Difference.HalfWidth is not null && (Difference.Low > 0 || Difference.High < 0);

    /// <summary>All policies against the first one, at all points at which both have cells, in the order of the grid.</summary>
    public static IReadOnlyList<PairedDifference> Of(IReadOnlyList<SweepCell> cells)
    {
        if (cells.Count == 0) return [];
        var first = cells[0].Point.Policy;
        var others = SweepGroup.Of(cells.Where(cell => cell.Point.Policy != first));
        var baseline = cells.Where(cell => cell.Point.Policy == first).ToDictionary(cell => cell.Point);
        return
        [
            .. from other in others
               from figure in Figures
               let difference = Of(other, first, figure, baseline)
               where difference is not null
               select difference,
        ];
    }

    private static PairedDifference? Of(
        SweepGroup group, string first, (string Name, Func<SweepCell, double?> Of) figure, Dictionary<SweepPoint, SweepCell> baseline)
    {
        var differences = group.Seeds
            .Select(
                cell => baseline.TryGetValue(cell.Point with { Policy = first }, out var against)
                    ? figure.Of(cell) - figure.Of(against)
                    : null)
            .OfType<double>().ToArray();
        return SweepBand.Of(differences) is { } band
            ? new PairedDifference(group.Point, first, figure.Name, differences.Length, band)
            : null;
    }
}
