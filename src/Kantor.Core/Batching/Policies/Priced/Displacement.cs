using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Prices;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>
/// A first token that would be late for want of KV takes the place of running rows that lose less value by it, those first that lose the
/// least by KV freed (prices 3 and its appendix).
/// </summary>
internal sealed class Displacement(PricedOrder order, DisplacedRows displaced)
{
    // A row gives way so often at most, so that whoever is displaced comes to its end.
    private const int TimesMax = 3;

    // Nobody who has something to lose gives way to a first token that is not due within this share of its limit.
    private const double NearShare = 0.5;

    // Losses in millionths of a value, so that they sort as whole numbers.
    private const double Scale = 1e9;

    /// <summary>Makes room for the row and admits it, if that wins more than it loses; does nothing otherwise.</summary>
    public void Try(in BatchView view, PricedState memory, in DueSet.Pace pace, BatchPlan plan, ref PlanBudget budget, int row)
    {
        // After a preemption cached prefixes are charged in full, and what was admitted with one might no longer fit.
        if (memory.HasTakenHit || budget.TokensLeft == 0 || !view.IsWaiting(row) || memory.IsDemoted(row)) return;
        if (view.SlackToFirstTokenUs(row) is not { } slackUs || slackUs <= 0) return;
        var againUs = pace.Us(Math.Max(1, view.WantedTokens[row]));
        var takesSlack = displaced == DisplacedRows.Slack && slackUs - againUs < NearShare * view.ClassOf(row).Slo.TtftUsMax;
        WriteVictims(view, memory, pace, takesSlack);
        var count = Enough(view, memory, pace, budget, row);
        for (var place = 0; place < count; place++) PricedOrder.GivesWay(view, memory, plan, ref budget, memory.Displaceable[place].Row);
        if (count > 0) order.Admits(view, memory, plan, ref budget, row);
    }

    private static void WriteVictims(in BatchView view, PricedState memory, in DueSet.Pace pace, bool takesSlack)
    {
        memory.Displaceable.Clear();
        var machinePerMs = memory.Machine.At(view.NowUs);
        foreach (var row in view.Running)
        {
            if (memory.GaveWay(row) || !view.IsDecoding(row) || view.Preemptions[row] >= TimesMax) continue;
            if (!takesSlack && Valuation.PaysLimits(view.ClassOf(row)) && !view.IsLost(row)) continue;
            var freed = RowValue.KvFreed(view, row);
            if (freed <= 0) continue;
            var loss = RowValue.LossByPreemption(view, row, pace, machinePerMs);
            memory.Displaceable.Add(((long)Math.Min(long.MaxValue / 2, Scale * Scale * loss / freed), view.Ids[row], row));
        }

        memory.Displaceable.Sort();
    }

    /// <summary>
    /// How many of the victims give the row its room for less than it is worth, and are planned without from now on; 0 when they do not.
    /// </summary>
    private int Enough(in BatchView view, PricedState memory, in DueSet.Pace pace, in PlanBudget budget, int row)
    {
        var (count, blocks, loss, places) = (0, budget.BlocksLeft, 0.0, budget.PlacesLeft);
        var machinePerMs = memory.Machine.At(view.NowUs);
        while (count < memory.Displaceable.Count && loss < view.ClassOf(row).Value)
        {
            var victim = memory.Displaceable[count++].Row;
            (blocks, places) = (blocks + view.BlocksExclusive(victim), places + 1);
            loss += RowValue.LossByPreemption(view, victim, pace, machinePerMs);
            order.PlanWithout(view, memory, victim, isGone: true);
            if (loss < view.ClassOf(row).Value && places > 0 && order.WouldFit(view, memory, row, blocks)) return count;
        }

        for (var place = 0; place < count; place++) order.PlanWithout(view, memory, memory.Displaceable[place].Row, isGone: false);
        return 0;
    }
}
