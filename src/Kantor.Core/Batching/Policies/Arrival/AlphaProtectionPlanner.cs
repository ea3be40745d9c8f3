using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Catalogue;
using Kantor.Core.Randomness;

namespace Kantor.Core.Batching.Policies.Arrival;

/// <summary>
/// The greedy benchmarks of arXiv 2502.07115: first come, first served, as long as what is held stays within (1 − α) of the pool, whatever
/// is to come. When KV runs out all running requests go back to the queue, or each with probability φ (research notes, theory 3.1).
/// </summary>
/// <remarks>
/// Who is cleared is drawn from the seed, the request and how far it is, so that the same view gives the same plan. Clearing is repeated
/// until the others fit. Cleared requests keep their places in the order of arrival.
/// </remarks>
public sealed class AlphaProtectionPlanner : OrderedPlanner
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "first come, first served, while a share of the pool stays free; when KV runs out the batch is cleared",
        "arXiv 2502.07115, its benchmarks")
    {
        Promises = PolicyPromises.AllocatesNothing | PolicyPromises.RepeatsSteps,
        Information = LengthInformation.None,
        Evidence = Evidence.Stated,
        Cost = "O(r + log n)",
    };

    private readonly AlphaProtectionOptions _options;
    private readonly RandomStream _draws;

    /// <summary>The planner with its defaults, or others.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public AlphaProtectionPlanner(AlphaProtectionOptions? options = null)
        : base(
            PolicySpec.Of("alpha-protection", AlphaProtectionOptions.Keys, options ?? new AlphaProtectionOptions()).ToString(),
            new OrderRules { PreemptedFirst = false })
    {
        _options = options ?? new AlphaProtectionOptions();
        _options.Validate();
        _draws = new RandomStream((ulong)_options.Seed, "clearing");
    }

    private protected override string KeyTerm => "key-arrival";

    private protected override long Key(in BatchView view, OrderedState memory, int row) => memory.ArrivalOf(row);

    private protected override bool Passes(in BatchView view, OrderedState memory, in PlanBudget budget, in Candidate candidate) =>
        budget.BlocksLeft - candidate.HeldBlocks >= _options.Protection * view.KvBlocksTotal;

    private protected override bool PlanRunning(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget)
    {
        for (var pass = 0; BlocksNeeded(view, memory, budget) > budget.BlocksLeft; pass++) Clear(view, memory, plan, ref budget, pass);
        PassWithVictims(view, memory, plan, ref budget, decoding: true);
        PassWithVictims(view, memory, plan, ref budget, decoding: false);
        return plan.Preemptions.IsEmpty;
    }

    private void Clear(in BatchView view, OrderedState memory, BatchPlan plan, ref PlanBudget budget, int pass)
    {
        foreach (var row in view.Running)
        {
            if (!memory.GaveWay(row) && IsDrawn(view, row, pass)) Preempt(view, memory, plan, ref budget, row);
        }
    }

    private bool IsDrawn(in BatchView view, int row, int pass)
    {
        if (_options.Clearing >= 1) return true;
        var index = unchecked((((ulong)view.Ids[row] * 0x9E3779B97F4A7C15) ^ ((ulong)view.GeneratedTokens[row] << 20)) + (ulong)pass);
        return _draws.DoubleAt(index) < _options.Clearing;
    }

    /// <summary>
    /// Blocks that the running rows would take in this step if tokens reached for all: a little early rather than late. 0 when nobody is
    /// left, or one alone, whom the host took because it fits.
    /// </summary>
    private static int BlocksNeeded(in BatchView view, OrderedState memory, in PlanBudget budget)
    {
        var (blocks, tokens) = (0, 0);
        foreach (var row in view.Running)
        {
            if (memory.GaveWay(row)) continue;
            var taken = Math.Min(view.MissingTokens(row), Math.Max(0, budget.TokensLeft - tokens));
            tokens += taken;
            blocks += budget.BlocksToHold(row, view.ComputedTokens[row] + taken);
        }

        return blocks;
    }
}
