using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Sweep;

/// <summary>The sweep for people: one line per point of the grid, means over its seeds.</summary>
internal static class SweepTable
{
    private static readonly string[] Columns =
        ["policy", "routing", "replicas", "step", "KV", "rate/s", "seeds", "refused", "TTFT p50", "p99", "ITL p99", "E2E p99", "in SLO",
            "lowest", "highest", "goodput/s", "hit"];

    public static void Write(TextWriter writer, SweepReport sweep)
    {
        writer.WriteLine(
            $"{sweep.Trace}: {sweep.Requests} requests a cell on {sweep.Profile}; {sweep.Cells.Count} of {sweep.CellsTotal} cells; "
            + $"objectives {sweep.Slo}");
        TextTable.Write(writer, Columns, namesLeft: 2, SweepGroup.Of(sweep.Cells).Select(Cells));
        writer.WriteLine(
            "Means over the seeds, times in seconds; lowest and highest: the seed with the fewest and the most requests within the "
            + "objectives.");
    }

    private static string[] Cells(SweepGroup group)
    {
        var slo = group.Band(cell => cell.Run.SloAttainment)!.Value;
        return
        [
            group.Point.Policy, group.Point.Routing, Number(group.Point.Replicas, "0"), Number(group.Point.StepTokensMax, "0"),
            Number(group.Point.KvTokens, "0"),
            group.Band(cell => cell.ArrivalsPerS) is { } rate ? Number(rate.Mean, "0.###") : "–",
            Number(group.Seeds.Count, "0"), Number(group.Band(cell => cell.Run.Rejected)!.Value.Mean, "#,0.#"),
            Seconds(group, cell => cell.Run.Ttft?.P50Ms), Seconds(group, cell => cell.Run.Ttft?.P99Ms),
            Seconds(group, cell => cell.Run.Itl?.P99Ms), Seconds(group, cell => cell.Run.E2e?.P99Ms),
            TextTable.Share(slo.Mean), TextTable.Share(slo.Min), TextTable.Share(slo.Max),
            Number(group.Band(cell => cell.Run.GoodputRps)!.Value.Mean, "0.###"),
            TextTable.Share(group.Band(cell => cell.Run.PrefixHitRate)!.Value.Mean),
        ];
    }

    private static string Seconds(SweepGroup group, Func<SweepCell, double?> ms) => TextTable.Seconds(group.Band(ms)?.Mean);

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
