using System.Globalization;
using System.Text;

namespace Kantor.Accuracy.Runs;

/// <summary>Writes the comparisons of runs of requests, by both definitions of the time to first token.</summary>
internal static class RunReport
{
    private const string Definitions = """
        TTFT *from take-up* is `first_token_ts − queued_ts`: the engine's loop writes `queued_ts` when it takes requests up, between two steps. Predicted is the same interval: from the first step that
        begins at or after a request's arrival to its first token. TTFT *from arrival* counts what a client waits, half a step more on average: `arrival_time`, on a clock of its own, is aligned by
        the request that waited least for the loop. Runs without `arrival_time` have the first only.
        """;

    /// <summary>The table of all runs; nothing without runs.</summary>
    public static void Append(StringBuilder text, IEnumerable<Comparison> rows)
    {
        var runs = Covered(rows);
        if (runs.Count == 0) return;
        text.AppendLine("## Runs of requests").AppendLine();
        text.AppendLine(Definitions).AppendLine();
        text.Append("| run | statistic | TTFT from take-up, ms measured | predicted | error | TTFT from arrival, ms measured | predicted | error ");
        text.AppendLine("| TPOT ms measured | predicted | error |").AppendLine("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (var run in runs)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {run.Model}, {run.Gpu} | {run.Id} | {run.TtftMs:F0} | {run.PredictedTtftMs:F0} | {Report.Signed(run.TtftError)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Milliseconds(run.ArrivalTtftMs)} | {Milliseconds(run.PredictedArrivalTtftMs)} | {Report.Signed(run.ArrivalTtftError)} ");
            text.AppendLine(CultureInfo.InvariantCulture, $"| {run.TpotMs:F1} | {run.PredictedTpotMs:F1} | {Report.Signed(run.TpotError)} |");
        }

        text.AppendLine();
    }

    /// <summary>One line a statistic on the terminal.</summary>
    public static void Print(IEnumerable<Comparison> rows)
    {
        foreach (var run in Covered(rows))
        {
            Console.WriteLine(
                $"{run.Model}, {run.Gpu}, {run.Id}: TTFT from take-up {run.TtftMs:F0} ms, predicted {run.PredictedTtftMs:F0} ({Report.Signed(run.TtftError)}); "
                + $"from arrival {Milliseconds(run.ArrivalTtftMs)} ms, predicted {Milliseconds(run.PredictedArrivalTtftMs)} ({Report.Signed(run.ArrivalTtftError)}); "
                + $"TPOT {run.TpotMs:F1} ms, predicted {run.PredictedTpotMs:F1} ({Report.Signed(run.TpotError)})");
        }
    }

    private static List<Comparison> Covered(IEnumerable<Comparison> rows) => [.. rows.Where(row => row.IsDistribution && row.IsCovered)];

    private static string Milliseconds(double? value) => value is { } ms ? ms.ToString("F0", CultureInfo.InvariantCulture) : "–";
}
