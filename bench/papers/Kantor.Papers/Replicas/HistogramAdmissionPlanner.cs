using System.Numerics;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Papers.Replicas;

/// <summary>
/// INFERMAX's admission by histogram (arXiv 2411.07447; research notes, scheduling 7): prompts of equal ⌊log2⌋ share the mean length of all that
/// ended of them. A request with a long prompt is admitted when that mean fits, one with a short prompt when its prompt fits. Nothing is
/// reserved; on memory exhaustion the newest gives way.
/// </summary>
internal sealed class HistogramAdmissionPlanner(int longPromptTokensMin) : IBatchPlanner
{
    public string Name => "histogram-admission";

    public PolicyState NewState() => new Histogram();

    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var budget = new PlanBudget(view);
        RunningFirst.Plan(view, plan, ref budget);
        if (!plan.Preemptions.IsEmpty) return;
        foreach (var row in view.Waiting)
        {
            var hit = view.CachedPrefix(row);
            var tokens = Math.Min(view.WantedTokens[row] - hit.Tokens, budget.TokensLeft);
            var believed = view.PromptTokens[row] < longPromptTokensMin ? 0 : ((Histogram)state).MeanTokens(view.PromptTokens[row]);
            if (tokens == 0 || budget.BlocksToAdmit(Math.Max(view.WantedTokens[row], believed), hit) > budget.BlocksLeft) return;
            if (!budget.TryTakeWaiting(row, tokens, hit)) return;
            plan.AddGrant(row, tokens);
        }
    }

    // Without a cache KV only gets scarcer until somebody ends, and only ends change what is believed.
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => int.MaxValue;

    /// <summary>Lengths of prompt and answer of those that completed, by the logarithm of their prompt.</summary>
    private sealed class Histogram : PolicyState
    {
        private readonly (long Tokens, int Requests)[] _ended = new (long, int)[32];

        public int MeanTokens(int promptTokens)
        {
            var (tokens, requests) = _ended[BitOperations.Log2((uint)promptTokens)];
            return requests == 0 ? 0 : (int)(tokens / requests);
        }

        public override void Ended(RequestFacts request, int slot, in RequestEnd end)
        {
            if (!end.IsCompleted) return;
            ref var like = ref _ended[BitOperations.Log2((uint)request.PromptTokens)];
            like = (like.Tokens + request.PromptTokens + end.GeneratedTokens, like.Requests + 1);
        }
    }
}
