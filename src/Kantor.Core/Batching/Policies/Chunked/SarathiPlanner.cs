using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>
/// Sarathi-Serve's stall-free batching (arXiv 2403.02310, section 4.2; research notes, scheduling 5): all decodes first, then the prompts
/// that are partly computed, then admissions in order of arrival, all under one token budget. A request is admitted when its whole prompt's
/// KV can be had, and has it from then on. With <c>gap-slack</c> the budget is chosen anew in each step: no more prompt tokens than let the
/// step, as predicted, end within the tightest gap slack of the decodes.
/// </summary>
public sealed class SarathiPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "stall-free: all decodes first, then chunks of prompts under one token budget",
        "Sarathi-Serve, arXiv 2403.02310, section 4.2")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + admitted)",
    };

    private readonly SarathiOptions _options;

    /// <summary>The scheduler with the paper's defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SarathiPlanner(SarathiOptions? options = null)
    {
        _options = options ?? new SarathiOptions();
        _options.Validate();
        Name = PolicySpec.Of("sarathi", SarathiOptions.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <summary>Nobody is admitted in a step that preempted: the victim stands at the head of the queue and does not fit.</summary>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
        _options.Steps.LimitPrompts(view, ref budget);
        if (DecodesFirst.Pass(view, plan, ref budget, kept, decoding: false) == view.Running.Length) AdmitInOrder(view, plan, ref budget);
    }

    /// <summary>
    /// Without limit when nobody can be admitted anyway, or when nothing becomes cached: then KV only gets scarcer and cached prefixes only
    /// shorter, so whoever was not admitted is not admitted later. Otherwise a prefix that grows in the cache may let somebody in. Where
    /// gaps are followed, the clock decides how much of a prompt is computed, or whether somebody is let in.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan)
    {
        if (_options.Steps.FollowsGaps) return view.Waiting.IsEmpty && SteadyPlans.CachesNothing(view, plan) ? int.MaxValue : 1;
        return SteadyPlans.AdmitsNobody(view, plan) || SteadyPlans.CachesNothing(view, plan) ? int.MaxValue : 1;
    }

    private void AdmitInOrder(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in view.Waiting)
        {
            if (budget.TokensLeft == 0 || budget.PlacesLeft == 0) return;
            var hit = view.CachedPrefix(row);
            var wanted = view.WantedTokens[row];
            var margin = WholePrompts.MarginBlocks(view, plan, _options.Watermark);
            if (budget.BlocksToAdmit(wanted, hit) + margin > budget.BlocksLeft) return;
            var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
            if (!budget.TryTakeWaiting(row, tokens, hit, wanted)) return;
            plan.AddGrant(row, tokens, wanted);
        }
    }
}
