namespace Kantor.Core.Batching.Parts;

/// <summary>
/// The stall-free part of a plan: all decoding rows, one token each, and only then the prompts that are partly computed, both in order of
/// admission. When one finds no KV, the newest running row gives way, itself if need be (Sarathi-Serve, arXiv 2403.02310, section 4.2).
/// </summary>
public static class DecodesFirst
{
    /// <summary>Plans the running rows and returns how many of them, from the front of the list, were not preempted.</summary>
    public static int Plan(in BatchView view, BatchPlan plan, ref PlanBudget budget)
    {
        var kept = Pass(view, plan, ref budget, view.Running.Length, decoding: true);
        return Pass(view, plan, ref budget, kept, decoding: false);
    }

    /// <summary>Plans only the decoding rows among the first <paramref name="kept"/>, or only the others.</summary>
    internal static int Pass(in BatchView view, BatchPlan plan, ref PlanBudget budget, int kept, bool decoding)
    {
        for (var index = 0; index < kept && budget.TokensLeft > 0; index++)
        {
            var row = view.Running[index];
            if (view.IsDecoding(row) != decoding) continue;
            var tokens = Math.Min(view.MissingTokens(row), budget.TokensLeft);
            while (kept > index && !budget.TryTakeRunning(row, tokens)) RunningFirst.Preempt(view, view.Running[--kept], plan, ref budget);
            if (kept > index) plan.AddGrant(row, tokens);
        }

        return kept;
    }

    /// <summary>Whether a running row does not decode: it computes its prompt, or what it lost.</summary>
    public static bool AnyPrompt(in BatchView view)
    {
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row)) return true;
        }

        return false;
    }
}
