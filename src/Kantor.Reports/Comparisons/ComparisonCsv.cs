using System.Globalization;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Comparisons;

/// <summary>Writes the runs of a comparison as CSV: load, replicate and bound, then the columns of <see cref="ReportCsv"/>.</summary>
public static class ComparisonCsv
{
    /// <summary>Writes the header and all runs.</summary>
    public static void Write(TextWriter writer, ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(report);
        writer.Write("load,replicate,objective,value,bound,bound_name,tuned,decision_us_p99," + ReportCsv.Header + "\n");
        foreach (var row in report.Rows)
        {
            foreach (var run in row.Runs) writer.Write(string.Join(',', Fields(report, row, run)) + "\n");
        }
    }

    private static IEnumerable<string> Fields(ComparisonReport report, ComparisonRow row, ComparedRun run) =>
    [
        ReportCsv.Number(row.Load), ReportCsv.Text(run.Replicate), ReportCsv.Text(report.Objective.ToString()),
        Number(report.Figure.Of(run.Run)), Number(run.Bound?.Value), ReportCsv.Text(run.Bound?.Name ?? ""),
        row.IsTuned ? "true" : "false", Number(row.Cost.P99Us),
        .. ReportCsv.Fields(run.Run),
    ];

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}
