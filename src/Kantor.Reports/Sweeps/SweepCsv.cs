using System.Globalization;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Sweeps;

/// <summary>Writes the finished cells of a sweep as CSV: place in the grid, then the columns of <see cref="ReportCsv"/>.</summary>
public static class SweepCsv
{
    /// <summary>Writes the header and all cells.</summary>
    public static void Write(TextWriter writer, IEnumerable<SweepCell> cells)
    {
        writer.Write("replicas,step_tokens_max,kv_tokens,rate_scale,seed,arrivals_per_s," + ReportCsv.Header + "\n");
        foreach (var cell in cells) writer.Write(string.Join(',', Fields(cell)) + "\n");
    }

    private static IEnumerable<string> Fields(SweepCell cell) =>
    [
        ReportCsv.Number(cell.Point.Replicas), ReportCsv.Number(cell.Point.StepTokensMax), ReportCsv.Number(cell.Point.KvTokens),
        ReportCsv.Number(cell.Point.RateScale), cell.Point.Seed.ToString(CultureInfo.InvariantCulture),
        cell.ArrivalsPerS is { } rate ? ReportCsv.Number(rate) : "",
        .. ReportCsv.Fields(cell.Run),
    ];
}
