using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Arrival;

/// <summary>
/// First come, first served. Running requests in order of admission, then the queue in order; a request is admitted only when all its
/// wanted tokens fit now, and nobody overtakes it. When a running request finds no KV, the newest running one is preempted and recomputed
/// later (vLLM, arXiv 2309.06180, section 4.5, with the whole-prompt gate of vLLM #37307).
/// </summary>
public sealed class FcfsPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "first come, first served; a request is admitted when all its tokens fit",
        "vLLM, arXiv 2309.06180, section 4.5")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Reconstructed,
        Cost = "O(r + admitted)",
    };

    /// <inheritdoc/>
    public string Name => "fcfs";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        var kept = RunningFirst.Plan(view, plan, ref budget);
        if (kept == view.Running.Length) AdmitInOrder(view, plan, ref budget);
    }

    /// <summary>
    /// Without limit when nobody can be admitted anyway, or when nothing becomes cached: then KV only gets scarcer and cached prefixes only
    /// shorter, so whoever was not admitted is not admitted later. Otherwise a prefix that grows in the cache may let somebody in.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.AdmitsNobody(view, plan) || SteadyPlans.CachesNothing(view, plan) ? int.MaxValue : 1;

    private static void AdmitInOrder(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Waiting)
        {
            var hit = view.CachedPrefix(row);
            var wanted = view.WantedTokens[row];
            var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
            if (tokens < 1 || budget.BlocksToAdmit(wanted, hit) > budget.BlocksLeft) return;
            if (!budget.TryTakeWaiting(row, tokens, hit)) return;
            plan.AddGrant(row, tokens);
        }
    }
}
