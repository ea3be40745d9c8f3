using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Arrival;

/// <summary>
/// Prompts before everything: while a waiting request can be admitted, the step holds whole prompts and nothing else, and decodes wait
/// (vLLM V0's default order, as Sarathi-Serve's baseline describes it, arXiv 2403.02310, section 3). Good throughput, and stalls between
/// tokens as long as the prompts that arrive: the negative control for chunked prefill.
/// </summary>
public sealed class PrefillFirstPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "whole prompts before every decode: the negative control for chunked prefill",
        "vLLM V0 as described in arXiv 2403.02310, section 3")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(r + admitted)",
    };

    // vLLM V0's watermark.
    private const double Watermark = 0.01;

    /// <inheritdoc/>
    public string Name => "prefill-first";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: false);
        if (kept == view.Running.Length) AdmitInOrder(view, plan, ref budget);
        if (plan.Grants.IsEmpty) DecodesFirst.Pass(view, plan, ref budget, kept, decoding: true);
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
            if (budget.PlacesLeft == 0) return;
            var hit = view.CachedPrefix(row);
            var wanted = view.WantedTokens[row];
            var tokens = WholePrompts.Chunk(view, wanted - hit.Tokens, budget.TokensLeft);
            var margin = WholePrompts.MarginBlocks(view, plan, Watermark);
            if (tokens == 0 || budget.BlocksToAdmit(wanted, hit) + margin > budget.BlocksLeft) return;
            if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return;
            plan.AddGrant(row, tokens, wanted);
        }
    }
}
