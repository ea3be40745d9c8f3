using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Chunked;

/// <summary>
/// SARATHI's decode-maximal batching (arXiv 2308.16369, section 4.3; research notes, scheduling 6), the offline forerunner of
/// <see cref="SarathiPlanner"/>: every step holds one chunk of one prompt and all decodes, so that with places for B requests at most B − 1
/// decodes ride along. The chunk is what the step's tokens C leave beside a full batch, C − (B − 1) and at least one token, whatever the
/// batch is, so that C can be a multiple of the tile of the matrix products.
/// </summary>
public sealed class DecodeMaximalPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "one chunk of one prompt and all decodes in every step",
        "SARATHI, arXiv 2308.16369, section 4.3")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r + admitted)",
    };

    /// <inheritdoc/>
    public string Name => "decode-maximal";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <summary>Nobody is admitted in a step that preempted: the victim stands at the head of the queue and does not fit.</summary>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        var kept = DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
        var chunkTokens = Math.Min(budget.TokensLeft, Math.Max(1, view.Limits.StepTokensMax - (view.Limits.RunningMax - 1)));
        if (chunkTokens == 0 || TryContinue(view, plan, ref budget, kept, chunkTokens)) return;
        if (plan.Preemptions.IsEmpty) Admit(view, plan, ref budget, chunkTokens);
    }

    /// <summary>
    /// Without limit when nobody waits, when a prompt is under way, or when nothing becomes cached: then KV only gets scarcer and cached
    /// prefixes only shorter, so whoever was not admitted is not admitted later.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => int.MaxValue;

    /// <summary>Grants the chunk to the first prompt that is partly computed; false when there is none.</summary>
    private static bool TryContinue(in BatchView view, BatchPlan plan, ref PlanBudget budget, int kept, int chunkTokens)
    {
        for (var index = 0; index < kept; index++)
        {
            var row = view.Running[index];
            if (view.IsDecoding(row)) continue;
            var tokens = Math.Min(view.MissingTokens(row), chunkTokens);
            if (budget.TryTakeRunning(row, tokens)) plan.AddGrant(row, tokens);
            else RunningFirst.Preempt(view, row, plan, ref budget);
            return true;
        }

        return false;
    }

    private static void Admit(in BatchView view, BatchPlan plan, ref PlanBudget budget, int chunkTokens)
    {
        if (view.Waiting.IsEmpty || budget.PlacesLeft == 0) return;
        var row = view.Waiting[0];
        var hit = view.CachedPrefix(row);
        var wanted = view.WantedTokens[row];
        var tokens = Math.Min(wanted - hit.Tokens, chunkTokens);
        if (budget.TryTakeWaiting(row, tokens, hit, wanted)) plan.AddGrant(row, tokens, wanted);
    }
}
