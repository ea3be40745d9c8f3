using Kantor.Core.Objectives;
using Kantor.Core.Occupancy;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching;

/// <summary>
/// What a row's service class makes of its past: how much time is left for each objective and what the row is worth. Pure functions of view
/// and class. Slack is in microseconds, below 0 when the objective is lost; null without such an objective.
/// </summary>
public static class RowQuestions
{
    /// <summary>The service class of the row's request.</summary>
    public static ServiceClass ClassOf(this in BatchView view, int row) => view.ServiceClasses[new ClassId(view.Classes[row])];

    /// <summary>Time left for the first token; null once it is there.</summary>
    public static long? SlackToFirstTokenUs(this in BatchView view, int row) =>
        view.GeneratedTokens[row] > 0 ? null : view.ArrivalUs[row] + view.ClassOf(row).Slo.TtftUsMax - view.NowUs;

    /// <summary>
    /// Time left for the next token before the largest gap, or the mean gap up to it, exceeds what the class wants; null before the first
    /// token, and where the answer began elsewhere.
    /// </summary>
    public static long? SlackToNextTokenUs(this in BatchView view, int row)
    {
        var slo = view.ClassOf(row).Slo;
        var gapUs = view.Table.LastTokenUs.Rows[row] + slo.GapUsMax - view.NowUs;
        var meanUs = view.Table.FirstTokenUs.Rows[row] + (slo.TpotUsMax * view.GeneratedTokens[row]) - view.NowUs;
        return gapUs is { } gap && meanUs is { } mean ? Math.Min(gap, mean) : gapUs ?? meanUs;
    }

    /// <summary>Time left for the whole answer.</summary>
    public static long? SlackToEndUs(this in BatchView view, int row) => view.ArrivalUs[row] + view.ClassOf(row).Slo.E2eUsMax - view.NowUs;

    /// <summary>
    /// Whether an objective can no longer be kept: the first token was late or is, the newest gap is too long already, or the end is past.
    /// Earlier gaps are not remembered, and a mean gap can still be made up for.
    /// </summary>
    public static bool IsLost(this in BatchView view, int row)
    {
        var slo = view.ClassOf(row).Slo;
        var wasLate = view.Table.FirstTokenUs.Rows[row] - view.ArrivalUs[row] > slo.TtftUsMax;
        var hasStalled = view.NowUs - view.Table.LastTokenUs.Rows[row] > slo.GapUsMax;
        return wasLate || hasStalled || view.SlackToFirstTokenUs(row) < 0 || view.SlackToEndUs(row) < 0;
    }

    /// <summary>
    /// What the answer is worth by each KV token-round that it still has to hold, as believed (<see cref="KvTrapezoid.Volume"/>): the index
    /// of weighted shortest processing time on the KV pool. 0 when it is lost.
    /// </summary>
    public static double ValueRate(this in BatchView view, int row)
    {
        if (view.IsLost(row)) return 0;
        var rounds = view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row];
        return view.ClassOf(row).Value / KvTrapezoid.Volume(view.WantedTokens[row], rounds);
    }
}
