using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Objectives;
using Kantor.Core.Prices;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>What rows are worth, lose and free.</summary>
internal static class RowValue
{
    // Rounds beyond which what a victim would have held is not counted: nobody knows so far ahead.
    private const int RoundsMax = 2_000;

    // Of two victims who lose no value the one with less to compute again: a millisecond costs so much of a value even when none is scarce.
    private const double LeastPerMs = 1e-6;

    private const int ReturnLimits = 3;

    // Where no limit says how long a queue may be.
    private const long UsualReturnUs = 1_000_000;

    /// <summary>What a millisecond takes off; where the objective prices no latency, the weight of the class by second.</summary>
    public static double RatePerMs(in BatchView view, int row)
    {
        var of = view.ClassOf(row);
        var rate = Valuation.LatencyRate(of, view.GeneratedTokens[row] > 0);
        return rate > 0 ? rate : of.Weight / 1_000;
    }

    /// <summary>KV block-rounds that are had when the row gives way.</summary>
    public static double KvFreed(in BatchView view, int row)
    {
        var rounds = view.BelievedOutput(row).MeanTokens - view.GeneratedTokens[row];
        return (double)view.BlocksExclusive(row) * Math.Min(RoundsMax, rounds);
    }

    /// <summary>Whether the row's answer is paid for, can still be kept, and would be too late if the row gave way.</summary>
    public static bool LosesAnswer(in BatchView view, int row, in DueSet.Pace pace)
    {
        var of = view.ClassOf(row);
        if (!Valuation.PaysLimits(of) || view.IsLost(row)) return false;
        return SlackUs(view, row) < AgainUs(view, row, pace) + ReturnUs(of.Slo);
    }

    /// <summary>
    /// Value that is lost when the row gives way now and comes back as soon as it can: its answer, if its slack is shorter than what it has
    /// to compute again, and the machine time for that, at its price.
    /// </summary>
    public static double LossByPreemption(in BatchView view, int row, in DueSet.Pace pace, double machinePerMs)
    {
        var of = view.ClassOf(row);
        var answer = LosesAnswer(view, row, pace) ? of.Value : 0;
        var perMs = Math.Max(machinePerMs, LeastPerMs) + Valuation.LatencyRate(of, hasFirstToken: true);
        return answer + (perMs * AgainUs(view, row, pace) / 1_000);
    }

    /// <summary>Time to compute again what the row would lose.</summary>
    private static double AgainUs(in BatchView view, int row, in DueSet.Pace pace) => pace.Us(Math.Max(1, view.WantedTokens[row]));

    /// <summary>
    /// Time after which a row that gave way runs again at the latest, taken to be thrice what its class bears before a first token: it
    /// stands in the same queue, for the same KV, and what it counts on there is believed lengths.
    /// </summary>
    private static long ReturnUs(SloSpec slo) => ReturnLimits * (slo.TtftUsMax ?? slo.E2eUsMax ?? UsualReturnUs);

    private static long SlackUs(in BatchView view, int row)
    {
        var next = view.GeneratedTokens[row] > 0 ? view.SlackToNextTokenUs(row) : view.SlackToFirstTokenUs(row);
        var end = view.SlackToEndUs(row);
        return Math.Min(next ?? long.MaxValue, end ?? long.MaxValue);
    }
}
