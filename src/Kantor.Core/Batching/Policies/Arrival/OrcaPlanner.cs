using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Arrival;

/// <summary>
/// Orca's iteration-level scheduling (OSDI 2022, Yu et al., section 4; research notes, scheduling 3): every running request computes in
/// every step, and requests are admitted in order of arrival with their whole prompt, once KV for prompt and declared output can be
/// reserved for their whole life. Nobody is ever preempted; a long prompt stalls every decode of its step. The baseline that paging and
/// chunking improve on.
/// </summary>
public sealed class OrcaPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "iteration-level batching with KV reserved for prompt and declared output",
        "Orca, OSDI 2022, section 4")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.DeclaredLimit,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + admitted)",
    };

    /// <inheritdoc/>
    public string Name => "orca";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        if (RunningFirst.Plan(view, plan, ref budget) == view.Running.Length) AdmitInOrder(view, plan, ref budget);
    }

    /// <summary>
    /// Without limit when nobody can be admitted anyway, or when nothing becomes cached and the head of the queue has no cached prefix.
    /// Where one gets shorter, the rest may become a prompt longer than a step, which is cut where a shorter one waits.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.AdmitsNobody(view, plan) || (SteadyPlans.CachesNothing(view, plan) && view.CachedPrefix(view.Waiting[0]).Tokens == 0)
            ? int.MaxValue
            : 1;

    private static void AdmitInOrder(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Waiting)
        {
            var hit = view.CachedPrefix(row);
            var tokens = WholePrompts.Chunk(view, view.WantedTokens[row] - hit.Tokens, budget.TokensLeft);
            // The newest token of a request needs no KV.
            var lifeTokens = view.PromptTokens[row] + view.OutputTokensMax[row] - 1;
            if (tokens == 0 || !budget.TryTakeWaiting(row, tokens, hit, lifeTokens)) return;
            plan.AddGrant(row, tokens, lifeTokens);
        }
    }
}
