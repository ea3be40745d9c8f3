using Kantor.Core.Batching.Parts;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.StepTime;

namespace Kantor.Core.Batching.Policies.Slices;

/// <summary>
/// Slice-level scheduling (SCLS, arXiv 2406.13511; research notes, scheduling 9): what waits is cut into groups of similar length, the
/// cheapest by dynamic programming (<see cref="LengthGroups"/>); each group runs as a static batch until it has generated a slice of
/// tokens. Whoever has not ended then loses its KV and waits for the next grouping, which begins when all groups had their slice.
/// </summary>
/// <remarks>
/// A slice bounds the time and the memory of a batch without knowing output lengths: a group of N requests of at most L tokens needs
/// N·(L + S) tokens and takes the steps of N prompts of L tokens and S decodes of N sequences, by the host's step time. The price is that
/// prompts are computed again for every slice, but for what is found in the prefix cache. Requests of a group are padded in what they are
/// counted with, not in what is computed. Spreading groups over replicas is a router's work.
/// </remarks>
public sealed class SclsPlanner : IBatchPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "groups of similar length run as static batches for a slice of tokens",
        "SCLS, arXiv 2406.13511")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(n log n) a slice",
    };

    private readonly SclsOptions _options;

    /// <summary>The scheduler with the paper's slice, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SclsPlanner(SclsOptions? options = null)
    {
        _options = options ?? new SclsOptions();
        _options.Validate();
        Name = PolicySpec.Of("scls", SclsOptions.Keys, _options).ToString();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyState NewState() => new SclsState();

    /// <summary>
    /// At the end of a slice everybody gives way and nobody is granted anything; the host asks again at once, and the next group is begun.
    /// </summary>
    public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
    {
        var memory = (SclsState)state;
        var budget = new PlanBudget(view);
        if (view.Running.IsEmpty && !memory.TryNextGroup(view)) OpenRound(view, memory);
        ComputePrompts(view, memory, plan, ref budget);
        if (!plan.IsEmpty) return;
        if (IsSliceOver(view, memory)) PreemptAll(view, plan);
        else DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: true);
    }

    /// <summary>
    /// Decodes repeat themselves until the slice is over: whoever of the group does not fit now does not fit later, because KV only gets
    /// scarcer. While prompts are computed, only when nobody can be admitted.
    /// </summary>
    public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan)
    {
        if (!SteadyPlans.CachesNothing(view, plan)) return SteadyPlans.AdmitsNobody(view, plan) ? int.MaxValue : 1;
        var steps = _options.SliceTokens;
        foreach (var row in view.Running) steps = Math.Min(steps, _options.SliceTokens - SliceTokensOf(view, (SclsState)state, row));
        return Math.Max(1, steps);
    }

    private void OpenRound(in BatchView view, SclsState memory)
    {
        memory.Regroup(view, new SliceCost(view, _options));
        memory.TryNextGroup(view);
    }

    private void ComputePrompts(in BatchView view, SclsState memory, BatchPlan plan, ref PlanBudget budget)
    {
        if (DecodesFirst.Pass(view, plan, ref budget, view.Running.Length, decoding: false) < view.Running.Length) return;
        foreach (var row in memory.Members)
        {
            if (!memory.IsMember(row) || !view.IsWaiting(row)) continue;
            if (budget.TokensLeft == 0 || !TryAdmit(view, plan, ref budget, row)) return;
            memory.BeginSlice(row, view.GeneratedTokens[row]);
        }
    }

    private bool TryAdmit(in BatchView view, BatchPlan plan, ref PlanBudget budget, int row)
    {
        var hit = view.CachedPrefix(row);
        var wanted = view.WantedTokens[row];
        var tokens = Math.Min(wanted - hit.Tokens, budget.TokensLeft);
        // The newest token of a request needs no KV.
        var sliceTokens = Math.Min(_options.SliceTokens, view.OutputTokensMax[row] - view.GeneratedTokens[row]);
        if (!budget.TryTakeWaiting(row, tokens, hit, wanted + sliceTokens - 1)) return false;
        plan.AddGrant(row, tokens, wanted + sliceTokens - 1);
        return true;
    }

    private bool IsSliceOver(in BatchView view, SclsState memory)
    {
        var isOver = false;
        foreach (var row in view.Running)
        {
            // One that another policy admitted in an emergency begins its slice when it is seen.
            if (memory.SliceStartOf(row) is null) memory.BeginSlice(row, view.GeneratedTokens[row]);
            isOver |= SliceTokensOf(view, memory, row) >= _options.SliceTokens;
        }

        return isOver;
    }

    /// <summary>Tokens that the row has generated in its slice.</summary>
    private static int SliceTokensOf(in BatchView view, SclsState memory, int row) =>
        view.GeneratedTokens[row] - (memory.SliceStartOf(row) ?? view.GeneratedTokens[row]);

    private static void PreemptAll(in BatchView view, BatchPlan plan)
    {
        foreach (var row in view.Running) plan.AddPreemption(row);
    }

    /// <summary>Time and memory of a group for one slice (arXiv 2406.13511, its T_serve and memory rule).</summary>
    private readonly struct SliceCost(in BatchView view, SclsOptions options) : IGroupCost
    {
        private readonly BatchLimits _limits = view.Limits;
        private readonly IStepTimeModel _stepTime = view.StepTime;
        private readonly int _blockSizeTokens = view.BlockSizeTokens;
        private readonly long _groupTokensMax = (long)(options.MemoryShare * view.KvBlocksTotal) * view.BlockSizeTokens;

        public bool Fits(int requests, int longestTokens)
        {
            // Whole blocks for each request, the last of which may be almost empty.
            var tokensEach = (long)longestTokens + options.SliceTokens + _blockSizeTokens - 1;
            return requests == 1 || (requests <= _limits.RunningMax && requests * tokensEach <= _groupTokensMax);
        }

        public double Of(int requests, int longestTokens)
        {
            var tokens = (double)requests * longestTokens;
            var steps = Math.Ceiling(tokens / _limits.StepTokensMax);
            var prompts = new StepLoad((int)(tokens / steps), 0, 0, tokens * longestTokens / steps);
            // The mean decode of the slice: exact where time is linear in the context, as in the paper's model.
            var decode = new StepLoad(0, requests, requests * (longestTokens + (options.SliceTokens / 2L)), 0);
            return (steps * _stepTime.StepUs(prompts)) + (options.SliceTokens * _stepTime.StepUs(decode));
        }
    }
}
