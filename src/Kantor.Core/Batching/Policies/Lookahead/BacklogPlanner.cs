using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>
/// A planner that orders a backlog, as its source does: of those that wait a batch is chosen and put in order, and the next one when all of
/// it are admitted, under the lookahead's prefix rule. Preempted requests go first.
/// </summary>
public abstract class BacklogPlanner : LookaheadPlanner
{
    // Who is in no batch stands behind all who are, in order of arrival.
    private const int OutsideLevel = 1;

    private protected BacklogPlanner(string name)
        : base(name, new OrderRules(), Backfilling.None)
    {
    }

    /// <summary>Lets at least one of those that wait, and were not admitted in this step, join the batch.</summary>
    private protected abstract void ChooseBatch(in BatchView view, BacklogState memory);

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        ((BacklogState)memory).IsMember(row) ? memory.KeyOf(row) : SortKey.Of(OutsideLevel, memory.ArrivalOf(row));

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return;
        WriteProfile(view, memory);
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && TryFirst(memory, out var row))
        {
            if (memory.KeyOf(row) >= SortKey.Of(OutsideLevel, 0))
            {
                ChooseBatch(view, (BacklogState)memory);
                continue;
            }

            if (view.IsWaiting(row) && !TryAdmit(view, memory, plan, ref budget, row)) return;
            // Whoever is admitted leaves the queue at once, because it is read from its front again.
            memory.Queue.Remove(row);
        }
    }

    private static bool TryFirst(OrderedState memory, out int row)
    {
        memory.Queue.StartReading();
        return memory.Queue.TryRead(out row);
    }
}
