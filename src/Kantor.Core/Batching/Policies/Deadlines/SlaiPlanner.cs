using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>
/// Decodes as late as their gaps allow, prompts before: first the decodes whose gap is about to be too long, then the prompts that are
/// partly computed, then the shortest prompts that wait, and with what is left of the step the other decodes (SLAI, arXiv 2508.01002,
/// section 6; research notes, theory 3.11).
/// </summary>
/// <remarks>
/// A decode is urgent when its gap leaves it no more than so many steps; more of them while the pool is nearly full, so that decodes end
/// and free it. A step is taken to last as long as one of all decodes and as many prompt tokens as it may hold, where the source has the
/// mean of past steps. When KV runs out, the newest prompt that is partly computed gives way, then the newest decode. While there is no
/// prompt, all decodes go. Long prompts can starve, unless the oldest goes first.
/// </remarks>
public sealed class SlaiPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "decodes only when their gap is about to be too long, prompts otherwise, the shortest first",
        "SLAI, arXiv 2508.01002, section 6")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Model = "step times known, KV and tokens for all urgent decodes",
        Guarantee = "no gap is too long while the objective is at least two of the longest steps and the offset is at least 2",
        Information = LengthInformation.None,
        Evidence = Evidence.CodeRead,
        Cost = "O(r log r + log n)",
    };

    private readonly SlaiOptions _options;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public SlaiPlanner(SlaiOptions? options = null)
        : base(
            PolicySpec.Of("slai", SlaiOptions.Keys, options ?? new SlaiOptions()).ToString(),
            new OrderRules { ScoresVictims = true })
    {
        _options = options ?? new SlaiOptions();
        _options.Validate();
    }

    /// <inheritdoc/>
    public override PolicyState NewState() => new SlaiState();

    /// <summary>Without limit while nobody waits and all decode: the clock decides who goes before a prompt.</summary>
    public override int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) =>
        SteadyPlans.CachesNothing(view, plan) ? base.RepeatingSteps(view, state, plan) : 1;

    private protected override string KeyTerm => _options.ShortestFirst ? "key-prompt-tokens" : "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) =>
        _options.ShortestFirst ? view.PromptTokens[row] : memory.ArrivalOf(row);

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        candidate.HeldBlocks + (int)(_options.Watermark * view.KvBlocksTotal) <= budget.BlocksLeft;

    private protected override bool IsPaused(in BatchView view, OrderedState memory, int row) => ((SlaiState)memory).IsPassedOver(row);

    private protected override double VictimScore(in BatchView view, OrderedState memory, int row) => view.IsDecoding(row) ? 0 : 1;

    private protected override bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        if (!view.Waiting.IsEmpty || DecodesFirst.AnyPrompt(view)) PassOverOthers(view, (SlaiState)memory, budget.TokensLeft);
        return base.PlanRunning(view, memory, plan, ref budget);
    }

    /// <summary>
    /// What is left goes to those that were passed over, the tightest first; nobody gives way to them unless nothing is computed otherwise.
    /// </summary>
    private protected override void Finish(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        var slai = (SlaiState)memory;
        slai.Decodes.Clear();
        foreach (var row in view.Running)
        {
            if (slai.IsPassedOver(row) && !memory.GaveWay(row)) slai.Decodes.Add((SlackUs(view, row), view.Ids[row], row));
        }

        if (slai.Decodes.Count > budget.TokensLeft) slai.Decodes.Sort();
        foreach (var (_, _, row) in slai.Decodes)
        {
            var tokens = Math.Min(view.MissingTokens(row), budget.TokensLeft);
            if (tokens > 0 && budget.TryTakeRunning(row, tokens)) plan.AddGrant(row, tokens);
        }

        if (!plan.Grants.IsEmpty || slai.Decodes.Count == 0) return;
        slai.TakeAll();
        PassWithVictims(view, memory, plan, ref budget, decoding: true);
    }

    /// <summary>Passes over the decodes that are not urgent, and of the urgent ones those for which there are no tokens.</summary>
    private void PassOverOthers(in BatchView view, SlaiState memory, int tokensLeft)
    {
        var urgentUs = UrgentUs(view);
        memory.Decodes.Clear();
        foreach (var row in view.Running)
        {
            if (!view.IsDecoding(row)) continue;
            var slackUs = SlackUs(view, row);
            if (slackUs > urgentUs) memory.PassOver(row);
            else memory.Decodes.Add((slackUs, view.Ids[row], row));
        }

        if (memory.Decodes.Count <= tokensLeft) return;
        memory.Decodes.Sort();
        for (var place = tokensLeft; place < memory.Decodes.Count; place++) memory.PassOver(memory.Decodes[place].Row);
    }

    /// <summary>Time left to the next token; a row that generated none here is urgent.</summary>
    private long SlackUs(in BatchView view, int row) =>
        view.SlackToNextTokenUs(row) ?? (view.Table.LastTokenUs.Rows[row] + (_options.GapMs * 1_000L) - view.NowUs ?? 0);

    /// <summary>Time left to the next token at which a decode becomes urgent.</summary>
    private double UrgentUs(in BatchView view)
    {
        var isFull = view.KvBlocksTotal - view.KvBlocksAvailable >= _options.MemoryLimit * view.KvBlocksTotal;
        var longestUs = new StepLength(view, 1).StepUs(view.Limits.StepTokensMax);
        return longestUs * (isFull ? _options.FullOffset : _options.Offset);
    }
}
