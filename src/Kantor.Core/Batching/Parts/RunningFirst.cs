using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Parts;

/// <summary>
/// The part that vLLM-like planners share: running requests in order of admission, each as far as tokens reach; when one finds no KV, the
/// newest running one gives way, itself if need be (vLLM V1 scheduler, research notes 4.2).
/// </summary>
public static class RunningFirst
{
    /// <summary>Plans the running rows and returns how many of them, from the front of the list, were not preempted.</summary>
    public static int Plan(in BatchView view, BatchPlan plan, ref PlanBudget budget, int chunkTokensMax = int.MaxValue)
    {
        var kept = view.Running.Length;
        for (var index = 0; index < kept; index++)
        {
            var row = view.Running[index];
            var tokens = Math.Min(Math.Min(view.MissingTokens(row), chunkTokensMax), budget.TokensLeft);
            if (tokens == 0) continue;
            while (kept > index && !budget.TryTakeRunning(row, tokens)) Preempt(view, view.Running[--kept], plan, ref budget);
            if (kept > index) plan.AddGrant(row, tokens);
        }

        return kept;
    }

    /// <summary>The victim loses its KV and what it was granted in this step; both are to be had again.</summary>
    internal static void Preempt(in BatchView view, int victim, BatchPlan plan, ref PlanBudget budget)
    {
        view.Log?.Write(DecisionKind.Preempt, new RequestId(view.Ids[victim]), victim, [
            new("computed-tokens", view.ComputedTokens[victim]),
            new("priority", view.Priorities[victim]),
            new("arrival-us", view.ArrivalUs[victim]),
            new("blocks-left", budget.BlocksLeft)]);
        budget.Return(victim, plan.RevokeGrant(victim, out var revoked) ? revoked : null);
        plan.AddPreemption(victim);
    }
}
