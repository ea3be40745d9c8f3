using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Workloads.Traces;

namespace Kantor.Papers.Replicas;

/// <summary>First come, first served with memory reserved for the true length of each request, which only a study can know.</summary>
internal sealed class OracleReservation(IReadOnlyList<TraceRequest> trace) : IBatchPlanner
{
    public string Name => "oracle-reservation";

    public PolicyState NewState() => new();

    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        DecodesFirst.Plan(view, plan, ref budget);
        foreach (var row in view.Waiting)
        {
            var tokens = Math.Min(view.WantedTokens[row], budget.TokensLeft);
            var lifeTokens = view.PromptTokens[row] + trace[(int)view.Ids[row]].OutputTokens - 1;
            if (tokens == 0 || !budget.TryTakeWaiting(row, tokens, default(PrefixHit), lifeTokens)) return;
            plan.AddGrant(row, tokens, lifeTokens);
        }
    }

    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => int.MaxValue;
}
