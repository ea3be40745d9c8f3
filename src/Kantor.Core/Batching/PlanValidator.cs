using Kantor.Core.Requests;

namespace Kantor.Core.Batching;

/// <summary>
/// Checks a plan before anything of it is executed; all hosts share it, so a wrong policy is contained in the same way everywhere.
/// </summary>
public sealed class PlanValidator
{
    private bool[] _seen = [];

    /// <summary>Null when the plan can be executed on the view, otherwise what is wrong with it, naming the row.</summary>
    public string? FindFault(in BatchView view, BatchPlan plan)
    {
        if (_seen.Length < view.Ids.Length) _seen = new bool[view.Ids.Length];
        Array.Clear(_seen);
        var budget = new PlanBudget(view);
        return FaultOfHold(view, plan) ?? FaultOfPreemptions(view, plan, ref budget) ?? FaultOfRefusals(view, plan)
            ?? FaultOfGrants(view, plan, ref budget);
    }

    private static string? FaultOfHold(in BatchView view, BatchPlan plan)
    {
        if (plan.HoldsUntilUs is not { } untilUs) return null;
        if (!plan.Grants.IsEmpty) return $"The plan holds and grants tokens to {plan.Grants.Length} rows.";
        return untilUs > view.NowUs ? null : $"The plan holds until {untilUs} us, which does not lie after now ({view.NowUs} us).";
    }

    private string? FaultOfPreemptions(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var row in plan.Preemptions)
        {
            if ((uint)row >= (uint)view.Ids.Length || !view.IsRunning(row)) return $"Row {row} is preempted but does not run.";
            if (!IsFirstMention(row)) return $"Row {row} is in the plan twice.";
            budget.Return(row);
        }

        return null;
    }

    private string? FaultOfRefusals(in BatchView view, BatchPlan plan)
    {
        foreach (var refusal in plan.Refusals)
        {
            if (!IsWaiting(view, refusal.Row)) return $"Row {refusal.Row} is refused but does not wait.";
            if (!IsFirstMention(refusal.Row)) return $"Row {refusal.Row} is in the plan twice.";
            var isRefusal = refusal.Reason
                is RequestOutcome.RefusedByPolicy or RequestOutcome.RefusedNeverFits or RequestOutcome.RefusedDeadlineMissed;
            if (!isRefusal)
            {
                return $"Row {refusal.Row} is refused with {refusal.Reason}, which is not a refusal.";
            }
        }

        return null;
    }

    private string? FaultOfGrants(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        foreach (var grant in plan.Grants)
        {
            var isRunning = (uint)grant.Row < (uint)view.Ids.Length && view.IsRunning(grant.Row);
            if (!isRunning && !IsWaiting(view, grant.Row)) return $"Row {grant.Row} holds no request.";
            if (!IsFirstMention(grant.Row)) return $"Row {grant.Row} is in the plan twice.";
            var hit = isRunning ? default : view.CachedPrefix(grant.Row);
            var missing = view.MissingTokens(grant.Row) - hit.Tokens;
            var isPossible = grant.Tokens >= 1 && grant.Tokens <= missing;
            if (!isPossible) return $"Row {grant.Row} is granted {grant.Tokens} tokens and misses {missing}.";

            if (grant.ReserveTokens < 0 || view.BlocksFor(grant.ReserveTokens) > view.KvBlocksTotal)
            {
                return $"Row {grant.Row} reserves {grant.ReserveTokens} tokens in a pool of {view.KvBlocksTotal} blocks.";
            }

            var fits = isRunning
                ? budget.TryTakeRunning(grant.Row, grant.Tokens, grant.ReserveTokens)
                : budget.TryTakeWaiting(grant.Row, grant.Tokens, hit, grant.ReserveTokens);
            if (!fits)
            {
                return $"Row {grant.Row} is granted {grant.Tokens} tokens; "
                    + $"left are {budget.TokensLeft} tokens, {budget.BlocksLeft} KV blocks, {budget.PlacesLeft} places.";
            }
        }

        return null;
    }

    private static bool IsWaiting(in BatchView view, int row) => (uint)row < (uint)view.Ids.Length && view.IsWaiting(row);

    private bool IsFirstMention(int row)
    {
        if (_seen[row]) return false;
        return _seen[row] = true;
    }
}
