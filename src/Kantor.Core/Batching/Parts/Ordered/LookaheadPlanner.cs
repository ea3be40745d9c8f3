using Kantor.Core.Prediction;

namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>
/// An ordered planner whose test is the lookahead of arXiv 2502.07115, section 4: a request is admitted when the pool can hold it for its
/// whole believed life together with everything that runs. Behind the first that does not fit, others may be backfilled.
/// </summary>
/// <remarks>Costs a few passes over the profile of the running rows' ends per request that is looked at.</remarks>
public abstract class LookaheadPlanner : OrderedPlanner
{
    private readonly Backfilling _backfilling;
    private readonly RoundsOf _rounds;

    private protected LookaheadPlanner(string name, OrderRules rules, Backfilling backfilling)
        : base(name, rules) => (_backfilling, _rounds) = (backfilling, RemainingRounds);

    /// <summary>The total output that memory is planned for.</summary>
    private protected virtual int PlannedTokens(in BatchView view, OrderedState memory, int row, in LengthBelief belief) =>
        belief.MeanTokens;

    /// <summary>Blocks that running and admitted requests may fill over their lives.</summary>
    private protected virtual long BlocksMax(in BatchView view) => view.KvBlocksTotal;

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        memory.Profile.Fits(0, candidate.HeldBlocks, RemainingRounds(view, memory, candidate.Row), BlocksMax(view));

    private protected override void Admitted(in BatchView view, OrderedState memory, in Candidate candidate) =>
        memory.Profile.Add(candidate.HeldBlocks, RemainingRounds(view, memory, candidate.Row));

    private protected override void Admit(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return;
        WriteProfile(view, memory);
        memory.Queue.StartReading();
        while (budget.TokensLeft > 0 && budget.PlacesLeft > 0 && memory.Queue.TryRead(out var row))
        {
            if (!view.IsWaiting(row) || TryAdmit(view, memory, plan, ref budget, row)) continue;
            if (_backfilling.Kind != BackfillKind.None) Backfill(view, memory, plan, ref budget, row);
            return;
        }
    }

    private protected int RemainingRounds(in BatchView view, OrderedState memory, int row) =>
        Math.Max(1, PlannedTokens(view, memory, row, view.BelievedOutput(row)) - view.GeneratedTokens[row]);

    /// <summary>What runs, over the rest of its believed life.</summary>
    private protected void WriteProfile(in BatchView view, OrderedState memory) => LifeProfile.Write(view, memory, _rounds);

    private void Backfill(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget, int head)
    {
        var heldBlocks = budget.BlocksToAdmit(view.WantedTokens[head], view.CachedPrefix(head));
        var rounds = RemainingRounds(view, memory, head);
        if (memory.Profile.EarliestStart(heldBlocks, rounds, BlocksMax(view)) is not { } start) return;
        var reservation = new Reservation(start, heldBlocks, rounds);
        for (var depth = 0; depth < _backfilling.Depth && memory.OvertakesOf(head) < _backfilling.OvertakesMax; depth++)
        {
            if (budget.TokensLeft == 0 || budget.PlacesLeft == 0 || !memory.Queue.TryRead(out var row)) return;
            if (!view.IsWaiting(row) || !MayPass(view, memory, budget, row, reservation)) continue;
            if (TryAdmit(view, memory, plan, ref budget, row)) memory.AddOvertake(head);
        }
    }

    private bool MayPass(in BatchView view, OrderedState memory, in PlanBudget budget, int row, in Reservation reserved)
    {
        // Without its cached prefix at first: looking that up for everybody would cost more than it finds.
        var (heldBlocks, rounds) = (view.BlocksFor(view.WantedTokens[row]), RemainingRounds(view, memory, row));
        if (heldBlocks > budget.BlocksLeft || !memory.Profile.Fits(0, heldBlocks, rounds, BlocksMax(view))) return false;
        if (_backfilling.Kind == BackfillKind.Skip) return true;
        var place = memory.Profile.Add(heldBlocks, rounds);
        var delays = !memory.Profile.Fits(reserved.StartRound, reserved.HeldBlocks, reserved.Rounds, BlocksMax(view));
        memory.Profile.RemoveAt(place);
        return !delays;
    }

    private readonly record struct Reservation(int StartRound, long HeldBlocks, int Rounds);
}
