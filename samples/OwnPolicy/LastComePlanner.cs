using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace OwnPolicy;

/// <summary>Last come, first served: running requests first, then the queue from its end, each whole or not at all.</summary>
public sealed class LastComePlanner(LastComeOptions options) : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("last come, first served", "a sample")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Own,
        Cost = "O(r + admitted)",
    };

    /// <inheritdoc/>
    public string Name { get; } = PolicySpec.Of("last-come", LastComeOptions.Keys, options).ToString();

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        if (RunningFirst.Plan(view, plan, ref budget) < view.Running.Length) return;
        var waiting = view.Waiting;
        var left = options.AdmissionsMax ?? int.MaxValue;
        for (var index = waiting.Length - 1; index >= 0 && left > 0; index--, left--)
        {
            var hit = view.CachedPrefix(waiting[index]);
            var wanted = view.WantedTokens[waiting[index]];
            var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
            if (tokens < 1 || budget.BlocksToAdmit(wanted, hit) > budget.BlocksLeft || !budget.TryTakeWaiting(waiting[index], tokens, hit))
            {
                return;
            }

            plan.AddGrant(waiting[index], tokens);
        }
    }

    /// <summary>Without limit unless a prefix that becomes cached could let somebody in.</summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.AdmitsNobody(view, plan) || SteadyPlans.CachesNothing(view, plan) ? int.MaxValue : 1;
}
