namespace Kantor.Core.Batching.Parts;

/// <summary>
/// What policies without memory may promise about a plan that grants the same tokens to the same running rows again
/// (<see cref="IBatchPlanner.RepeatingSteps"/>).
/// </summary>
public static class SteadyPlans
{
    /// <summary>Nobody can be admitted whatever becomes cached: nobody waits, or the plan takes all tokens of the step.</summary>
    public static bool AdmitsNobody(in BatchView view, BatchPlan plan)
    {
        if (view.Waiting.IsEmpty) return true;
        var tokens = 0;
        foreach (ref readonly var grant in plan.Grants) tokens += grant.Tokens;
        return tokens >= view.Limits.StepTokensMax;
    }

    /// <summary>Whether every grant is a decode, so that nothing becomes cached while the plan repeats itself.</summary>
    public static bool CachesNothing(in BatchView view, BatchPlan plan)
    {
        foreach (ref readonly var grant in plan.Grants)
        {
            if (!view.IsDecoding(grant.Row)) return false;
        }

        return true;
    }
}
