using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;

namespace Kantor.Papers.Replicas;

/// <summary>Chunking without hybrid steps: a step holds one budget of prompt tokens or all decodes; the two take turns.</summary>
internal sealed class ChunksOrDecodesPlanner : IBatchPlanner
{
    public string Name => "chunks-or-decodes";

    public PolicyState NewState() => new Turn();

    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var turn = (Turn)state;
        var budget = new PlanBudget(view);
        if (!turn.WasChunk) PlanChunks(view, plan, ref budget);
        turn.WasChunk = !plan.Grants.IsEmpty;
        if (!turn.WasChunk) PlanDecodes(view, plan, ref budget);
        if (plan.Grants.IsEmpty) PlanChunks(view, plan, ref budget);
    }

    private static void PlanDecodes(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Running)
        {
            if (view.IsDecoding(row) && budget.TryTakeRunning(row, 1)) plan.AddGrant(row, 1);
        }
    }

    private static void PlanChunks(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Running)
        {
            if (view.IsDecoding(row) || budget.TokensLeft == 0) continue;
            var tokens = Math.Min(view.MissingTokens(row), budget.TokensLeft);
            if (budget.TryTakeRunning(row, tokens)) plan.AddGrant(row, tokens);
        }

        foreach (var row in view.Waiting)
        {
            var tokens = Math.Min(view.WantedTokens[row], budget.TokensLeft);
            if (tokens == 0 || !budget.TryTakeWaiting(row, tokens, default(PrefixHit))) return;
            plan.AddGrant(row, tokens);
        }
    }

    private sealed class Turn : PolicyState
    {
        public bool WasChunk { get; set; }
    }
}
