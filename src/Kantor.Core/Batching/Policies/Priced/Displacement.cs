using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Prices;

namespace Kantor.Core.Batching.Policies.Priced;

/// <summary>
/// A first token that would be late for want of KV takes the place of running rows that lose less value by it, those first that lose the
/// least by KV freed (prices 3 and its appendix).
/// </summary>
internal sealed class Displacement(Displacement.Admits tryAdmit, Displacement.GivesWay preempt)
{
    // A row gives way so often at most, so that whoever is displaced comes to its end.
    private const int TimesMax = 3;

    // Nobody who has something to lose gives way to a first token that is not due within this share of its limit.
    private const double NearShare = 0.5;

    // Losses in millionths of a value, so that they sort as whole numbers.
    private const double Scale = 1e9;

    /// <summary>Admits a row.</summary>
    public delegate bool Admits(
        in BatchView view, Parts.Ordered.OrderedState memory, BatchPlan plan, ref PlanBudget budget, int row);

    /// <summary>Lets a row give way.</summary>
    public delegate void GivesWay(
        in BatchView view, Parts.Ordered.OrderedState memory, BatchPlan plan, ref PlanBudget budget, int row);

    /// <summary>Makes room for the row and admits it, if that wins more than it loses; does nothing otherwise.</summary>
    public void Try(in BatchView view, PricedState memory, in DueSet.Pace pace, BatchPlan plan, ref PlanBudget budget, int row)
    {
        // After a preemption cached prefixes are charged in full, and what was admitted with one might no longer fit.
        if (memory.HasTakenHit || budget.TokensLeft == 0 || !view.IsWaiting(row) || memory.IsDemoted(row)) return;
        if (view.SlackToFirstTokenUs(row) is not { } slackUs || slackUs <= 0) return;
        var againUs = pace.Us(Math.Max(1, view.WantedTokens[row]));
        var isNear = slackUs - againUs < NearShare * view.ClassOf(row).Slo.TtftUsMax;
        WriteVictims(view, memory, pace, isNear);
        if (Enough(view, memory, budget, row, view.ClassOf(row).Value) is not (> 0 and var count)) return;
        for (var place = 0; place < count; place++) preempt(view, memory, plan, ref budget, memory.Displaceable[place].Row);
        memory.MakesRoom = true;
        tryAdmit(view, memory, plan, ref budget, row);
        memory.MakesRoom = false;
    }

    private static void WriteVictims(in BatchView view, PricedState memory, in DueSet.Pace pace, bool isNear)
    {
        memory.Displaceable.Clear();
        var machinePerMs = memory.Machine.At(view.NowUs);
        foreach (var row in view.Running)
        {
            if (memory.GaveWay(row) || !view.IsDecoding(row) || view.Preemptions[row] >= TimesMax) continue;
            if (!isNear && Valuation.PaysLimits(view.ClassOf(row)) && !view.IsLost(row)) continue;
            var freed = RowValue.KvFreed(view, row);
            if (freed <= 0) continue;
            var loss = RowValue.LossByPreemption(view, row, pace, machinePerMs);
            memory.Displaceable.Add(((long)Math.Min(long.MaxValue / 2, Scale * Scale * loss / freed), view.Ids[row], row));
        }

        memory.Displaceable.Sort();
    }

    /// <summary>How many of the victims give the row its room for less than it is worth; 0 when they do not, or none is needed.</summary>
    private static int Enough(in BatchView view, PricedState memory, in PlanBudget budget, int row, double worth)
    {
        var (count, blocks, loss, places) = (0, budget.BlocksLeft, 0.0, budget.PlacesLeft);
        var wanted = view.BlocksFor(view.WantedTokens[row]);
        var pace = new DueSet.Pace(memory.StepTokens, memory.StepUs, memory.DecodesUs);
        while (blocks < wanted || places < 1)
        {
            if (count == memory.Displaceable.Count) return 0;
            var victim = memory.Displaceable[count++].Row;
            (blocks, places) = (blocks + view.BlocksExclusive(victim), places + 1);
            loss += RowValue.LossByPreemption(view, victim, pace, memory.Machine.At(view.NowUs));
            if (loss >= worth) return 0;
        }

        return count;
    }
}
