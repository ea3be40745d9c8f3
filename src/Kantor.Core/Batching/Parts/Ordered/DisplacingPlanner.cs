namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>
/// An ordered planner in which who waits may take the place of who runs: when the first in order does not fit, running rows that stand
/// behind it give way, the last in order first, as many as it needs. Nobody gives way in vain, nor before it has caught up, so that whoever
/// was admitted generates a token at least.
/// </summary>
/// <remarks>Costs the keys of all running rows, and r log r where somebody waits.</remarks>
public abstract class DisplacingPlanner : OrderedPlanner
{
    private protected DisplacingPlanner(string name, OrderRules rules)
        : base(name, rules)
    {
    }

    /// <summary>Whether the running row may give way to one that waits.</summary>
    private protected abstract bool MayBeDisplaced(in BatchView view, OrderedState memory, int row);

    /// <summary>Whether a waiting row with the first key takes the place of a running one with the second.</summary>
    private protected virtual bool Displaces(long waitingKey, long runningKey) => waitingKey < runningKey;

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) => true;

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        WriteDisplaceable(view, memory);
        memory.Queue.StartReading();
        while (memory.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row) || TryAdmit(view, memory, plan, ref budget, row)) continue;
            if (!TryMakeRoom(view, memory, plan, ref budget, row) || !TryAdmit(view, memory, plan, ref budget, row)) return;
        }
    }

    private void WriteDisplaceable(in BatchView view, OrderedState memory)
    {
        memory.Displaceable.Clear();
        foreach (var row in view.Running)
        {
            if (memory.GaveWay(row) || !view.IsDecoding(row) || !MayBeDisplaced(view, memory, row)) continue;
            memory.Displaceable.Add((Key(view, memory, row), view.Ids[row], row));
        }

        memory.Displaceable.Sort();
    }

    /// <summary>The last in order give way if that is enough for the row; false, with nothing done, when it is not.</summary>
    private bool TryMakeRoom(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget, int row)
    {
        // After a preemption cached prefixes are charged in full, and what was admitted with one might no longer fit.
        if (memory.HasTakenHit) return false;
        var (rows, count) = (memory.Displaceable, 0);
        var (places, tokens, blocks) = (budget.PlacesLeft, budget.TokensLeft, budget.BlocksLeft);
        var blocksWanted = view.BlocksFor(view.WantedTokens[row]);
        while (places < 1 || tokens < 1 || blocks < blocksWanted)
        {
            if (++count > rows.Count || !Displaces(memory.KeyOf(row), rows[^count].Key)) return false;
            // What it was granted in this step comes back too: a token at least, and what it took of the pool for it.
            (places, tokens, blocks) = (places + 1, tokens + 1, blocks + view.BlocksExclusive(rows[^count].Row));
        }

        if (count == 0) return false;
        for (; count > 0; count--)
        {
            Preempt(view, memory, plan, ref budget, rows[^1].Row);
            rows.RemoveAt(rows.Count - 1);
        }

        return true;
    }
}
