using System.Globalization;

namespace Kantor.Reports.Sweeps;

/// <summary>A column of the page's table: what is shown and what it sorts by.</summary>
internal sealed record SweepColumn(string Name, bool IsName, Func<SweepCell, string> SortKey, Func<SweepCell, string> Show);

/// <summary>The columns of the page's table: the place in the grid, then the figures.</summary>
internal static class SweepColumns
{
    public static IReadOnlyList<SweepColumn> All { get; } =
    [
        Name("policy", cell => cell.Point.Policy),
        Name("routing", cell => cell.Point.Routing),
        Number("replicas", cell => cell.Point.Replicas, "0"),
        Number("step tokens", cell => cell.Point.StepTokensMax, "0"),
        Number("KV tokens", cell => cell.Point.KvTokens, "0"),
        Number("rate scale", cell => cell.Point.RateScale, "0.######"),
        Number("requests/s", cell => cell.ArrivalsPerS, "0.###"),
        new("seed", IsName: false, Seed, Seed),
        Number("done", cell => cell.Run.Completed, "N0"),
        Number("refused", cell => cell.Run.Rejected, "N0"),
        Seconds("TTFT p50", cell => cell.Run.Ttft?.P50Ms),
        Seconds("TTFT p99", cell => cell.Run.Ttft?.P99Ms),
        Seconds("ITL p50", cell => cell.Run.Itl?.P50Ms),
        Seconds("ITL p99", cell => cell.Run.Itl?.P99Ms),
        Seconds("E2E p50", cell => cell.Run.E2e?.P50Ms),
        Seconds("E2E p99", cell => cell.Run.E2e?.P99Ms),
        Number("in SLO", cell => cell.Run.SloAttainment, "0.0 %"),
        Number("goodput/s", cell => cell.Run.GoodputRps, "0.###"),
        Number("prefix hits", cell => cell.Run.PrefixHitRate, "0.0 %"),
        Number("preempted", cell => cell.Run.Preemptions, "N0"),
    ];

    private static SweepColumn Name(string name, Func<SweepCell, string> of) => new(name, IsName: true, of, of);

    private static SweepColumn Seconds(string name, Func<SweepCell, double?> ms) => Number(name, cell => ms(cell) / 1000, "#,0.000");

    private static SweepColumn Number(string name, Func<SweepCell, double?> of, string format) => new(
        name,
        IsName: false,
        cell => of(cell)?.ToString("R", CultureInfo.InvariantCulture) ?? "",
        cell => of(cell)?.ToString(format, CultureInfo.InvariantCulture) ?? "–");

    private static string Seed(SweepCell cell) => cell.Point.Seed.ToString(CultureInfo.InvariantCulture);
}
