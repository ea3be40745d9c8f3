using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Reports.Comparisons;

namespace Kantor.Cli.Compare;

/// <summary>The comparison for people: a table for each load, best first, and what may be concluded.</summary>
internal static class CompareTable
{
    public static void Write(TextWriter writer, ComparisonReport report)
    {
        writer.WriteLine(
            $"{report.Trace}: {report.RequestsPerReplicate} requests a run, one run a {report.ReplicateKind}; {report.Fleet}; "
            + $"{report.Objective}");
        var rate = report.Knee.ArrivalsPerS is { } perS ? string.Create(CultureInfo.InvariantCulture, $", {perS:0.###} requests/s") : "";
        var scale = report.Knee.RateScale.ToString("0.####", CultureInfo.InvariantCulture);
        writer.WriteLine($"knee: {scale} × the recorded rate{rate}; {report.Knee.Rule}");
        writer.WriteLine($"all with {string.Join(", ", report.Shared.Select(one => $"{one.Decision} {one.Policy}"))}");
        foreach (var note in report.Notes) writer.WriteLine(note);
        foreach (var load in report.Loads) WriteLoad(writer, report, load);
        writer.WriteLine();
        foreach (var sentence in ComparisonWords.Of(report)) writer.WriteLine(sentence);
    }

    private static void WriteLoad(TextWriter writer, ComparisonReport report, double load)
    {
        writer.WriteLine();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{load:0.##} × the knee"));
        var rows = report.Rows.Where(row => row.Load.Equals(load) && row.Value is not null);
        var hasBeliefs = report.Rows.Any(row => row.Beliefs is not null);
        string[] names =
            ["policy", "knows", report.Figure.Name, "± 95 %", "of bound", $"less {report.Baseline}", "µs p99", "bytes", "evidence"];
        TextTable.Write(
            writer,
            [.. names, .. hasBeliefs ? BeliefQuality.Columns : []],
            namesLeft: 2,
            ComparisonWords.Ranked(report.Figure, rows).Select(row => (string[])
            [
                .. Cells(report.Figure, row),
                .. hasBeliefs ? row.Beliefs?.Cells() ?? BeliefQuality.Columns.Select(_ => "–") : [],
            ]));
    }

    private static string[] Cells(ObjectiveFigure figure, ComparisonRow row)
    {
        var value = row.Value!.Value;
        return
        [
            row.IsTuned ? $"{row.Policy} (tuned)" : row.Policy,
            row.Card.Information.ToString(),
            ComparisonWords.Show(figure, value.Mean),
            value.HalfWidth is { } half ? ComparisonWords.Show(figure, half) : "–",
            row.Ratio is { } ratio ? TextTable.Share(ratio.Mean) : "–",
            row.Difference is { } difference ? ComparisonWords.ShowDifference(figure, difference) : "–",
            row.Cost.P99Us?.ToString("0.0", CultureInfo.InvariantCulture) ?? "–",
            row.Cost.MeanBytes?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–",
            row.Card.Evidence.ToString(),
        ];
    }
}
