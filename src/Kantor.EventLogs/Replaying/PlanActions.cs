using Kantor.Core.Batching;

namespace Kantor.EventLogs.Replaying;

/// <summary>What a plan does with each request that it names.</summary>
internal static class PlanActions
{
    public static Dictionary<long, PlanAction> Of(in BatchView view, BatchPlan plan)
    {
        var actions = new Dictionary<long, PlanAction>();
        foreach (var row in plan.Preemptions) actions[view.Ids[row]] = new PlanAction(PlanActionKind.Preempt, 0);
        foreach (var refusal in plan.Refusals) actions[view.Ids[refusal.Row]] = new PlanAction(PlanActionKind.Refuse, 0);
        foreach (var grant in plan.Grants)
        {
            var kind = view.IsRunning(grant.Row) ? PlanActionKind.Compute : PlanActionKind.Admit;
            actions[view.Ids[grant.Row]] = new PlanAction(kind, grant.Tokens);
        }

        return actions;
    }
}
