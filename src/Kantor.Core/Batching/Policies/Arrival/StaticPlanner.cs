using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Arrival;

/// <summary>
/// Request-level batching, the baseline of iteration-level scheduling (FasterTransformer as Orca describes it, OSDI 2022, section 2;
/// research notes, scheduling 3 and 9): requests are admitted, in order of arrival, only until the batch generates its second tokens; from
/// then on the batch is closed and runs until its longest request has ended. Whoever ends before holds its place, and arrivals wait for the
/// next batch.
/// </summary>
/// <remarks>
/// KV for prompt and declared output is reserved, so nobody is preempted; all prompts of a batch are computed before it decodes. What
/// Kantor leaves out makes the baseline better than it was: no padding is computed, and a short answer is returned when it ends. In a
/// pipeline each batch that is under way in a stage is one of its own.
/// </remarks>
public sealed class StaticPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "request-level batching: a batch runs until its longest request has ended",
        "FasterTransformer as described in Orca, OSDI 2022, section 2")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.DeclaredLimit,
        Evidence = Evidence.Stated,
        Cost = "O(r + admitted)",
    };

    /// <inheritdoc/>
    public string Name => "static";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: false);
        if (kept == view.Running.Length && IsOpen(view)) AdmitInOrder(view, plan, ref budget);
        if (plan.Grants.IsEmpty) DecodesFirst.Pass(view, plan, ref budget, kept, decoding: true);
    }

    /// <summary>
    /// Without limit when nobody can be admitted anyway, or when the batch decodes: it is closed by that. While prompts are computed, a
    /// prefix that grows in the cache may let somebody in.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.AdmitsNobody(view, plan) || SteadyPlans.CachesNothing(view, plan) ? int.MaxValue : 1;

    /// <summary>Whether nobody in the batch has decoded yet: the prompt itself gives the first token.</summary>
    private static bool IsOpen(in BatchView view)
    {
        foreach (var row in view.Running)
        {
            if (view.GeneratedTokens[row] > 1) return false;
        }

        return true;
    }

    private static void AdmitInOrder(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Waiting)
        {
            if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return;
            var hit = view.CachedPrefix(row);
            var tokens = Math.Min(view.WantedTokens[row] - hit.Tokens, budget.TokensLeft);
            // The newest token of a request needs no KV.
            var lifeTokens = view.PromptTokens[row] + view.OutputTokensMax[row] - 1;
            if (!budget.TryTakeWaiting(row, tokens, hit, lifeTokens)) return;
            plan.AddGrant(row, tokens, lifeTokens);
        }
    }
}
