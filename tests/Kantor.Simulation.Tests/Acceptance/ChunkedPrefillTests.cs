using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// Chunked prefill with stall-free batching (arXiv 2403.02310) on Yi-34B, TP2, A100: the comparisons of its evaluation, with 600 requests of
/// its chat and paper lengths and two seeds. TBT is the time between tokens.
/// </summary>
public class ChunkedPrefillTests(ITestOutputHelper output)
{
    // More than the longest prompt, so that a step without chunking can hold any.
    private const int UnchunkedStepTokens = 16_384;
    private const int Requests = 600;
    private const double StrictTbtMsMax = 200;
    private const double RelaxedTbtMsMax = 1000;

    private static readonly int[] Budgets = [256, 512, 1024, 2048, 4096];

    /// <summary>The two of its evaluation.</summary>
    private static readonly int[] PublishedBudgets = [512, 2048];

    public static TheoryData<ulong> Seeds => [1, 2];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5a_at_a_budget_of_512_no_gap_exceeds_200_ms_up_to_capacity(ulong seed)
    {
        var capacity = CapacityRps(WorkloadSpec.Chat(Requests, 1), () => new SarathiPlanner(), 512, seed);
        Assert.InRange(capacity, 0.8, 1.4);
        foreach (var share in (double[])[0.25, 0.5, 0.75, 1])
        {
            var tbt = Run(WorkloadSpec.Chat(Requests, capacity * share), new SarathiPlanner(), 512, seed).Tbt;
            Assert.True(tbt.P99Ms <= 200 && tbt.MaxMs <= 200, $"at {capacity * share:0.00} requests/s: P99 {tbt.P99Ms} ms, worst {tbt.MaxMs} ms");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5a_prefill_first_stalls_for_seconds_on_the_same_load(ulong seed)
    {
        var tbt = Run(WorkloadSpec.Chat(Requests, 0.7), new PrefillFirstPlanner(), UnchunkedStepTokens, seed).Tbt;
        Assert.True(tbt.P99Ms >= 1000 && tbt.MaxMs >= 4000, $"P99 {tbt.P99Ms} ms, worst {tbt.MaxMs} ms");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5b_chunking_doubles_the_capacity_under_a_strict_objective(ulong seed)
    {
        foreach (var workload in (WorkloadSpec[])[WorkloadSpec.Chat(Requests, 1), WorkloadSpec.Papers(Requests, 1)])
        {
            var chunked = CapacityRps(workload, () => new SarathiPlanner(), 512, seed);
            var stalling = CapacityRps(workload, () => new PrefillFirstPlanner(), UnchunkedStepTokens, seed);
            output.WriteLine($"{chunked:0.00} against {stalling:0.00} requests/s, {chunked / stalling:0.00} times");
            Assert.True(chunked >= 2 * stalling, $"{chunked:0.00} against {stalling:0.00} requests/s");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5b_relaxed_chunking_gains_half_as_much_again_at_either_budget(ulong seed)
    {
        foreach (var workload in (WorkloadSpec[])[WorkloadSpec.Chat(Requests, 1), WorkloadSpec.Papers(Requests, 1)])
        {
            var stalling = CapacityRps(workload, () => new PrefillFirstPlanner(), UnchunkedStepTokens, seed, RelaxedTbtMsMax);
            foreach (var budget in PublishedBudgets)
            {
                var chunked = CapacityRps(workload, () => new SarathiPlanner(), budget, seed, RelaxedTbtMsMax);
                output.WriteLine($"budget {budget}: {chunked:0.00} against {stalling:0.00} requests/s, {chunked / stalling:0.00} times");
                Assert.True(chunked >= 1.5 * stalling, $"budget {budget}: {chunked:0.00} against {stalling:0.00} requests/s");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5c_the_larger_budget_loses_under_the_strict_objective_even_to_prompts_first(ulong seed)
    {
        foreach (var workload in (WorkloadSpec[])[WorkloadSpec.Chat(Requests, 1), WorkloadSpec.Papers(Requests, 1)])
        {
            var strict = CapacityRps(workload, () => new SarathiPlanner(), 2048, seed);
            var stalling = CapacityRps(workload, () => new PrefillFirstPlanner(), UnchunkedStepTokens, seed);
            output.WriteLine($"strict: budget 2048 {strict:0.00}, prefill first {stalling:0.00} requests/s");
            Assert.True(strict < stalling, $"budget 2048 {strict:0.00}, prefill first {stalling:0.00} requests/s");
        }
    }

    /// <summary>A search that is told nothing but the objective picks the small budget under the strict one and the large under the relaxed one.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5c_a_search_of_budgets_picks_512_for_the_strict_and_2048_for_the_relaxed_objective(ulong seed)
    {
        Assert.Equal(512, BestBudget(WorkloadSpec.Chat(Requests, 1), StrictTbtMsMax, seed));
        Assert.Equal(512, BestBudget(WorkloadSpec.Papers(Requests, 1), StrictTbtMsMax, seed));
        Assert.Equal(2048, BestBudget(WorkloadSpec.Papers(Requests, 1), RelaxedTbtMsMax, seed));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5d_hybrid_steps_give_fast_first_tokens_chunks_give_short_gaps_and_both_give_both(ulong seed)
    {
        var papers = WorkloadSpec.Papers(Requests, 0.35);
        var hybrid = Run(papers, new VllmV1Planner(new VllmV1Options { ChunkedPrefill = false }), UnchunkedStepTokens, seed);
        var chunks = Run(papers, new ChunksOrDecodesPlanner(), 512, seed);
        var both = Run(papers, new SarathiPlanner(), 512, seed);
        Assert.True(chunks.Ttft.P50Ms >= 4 * hybrid.Ttft.P50Ms, $"chunks only: median TTFT {chunks.Ttft.P50Ms} ms, hybrid only {hybrid.Ttft.P50Ms} ms");
        Assert.True(hybrid.Tbt.P99Ms >= 4 * chunks.Tbt.P99Ms, $"hybrid only: P99 TBT {hybrid.Tbt.P99Ms} ms, chunks only {chunks.Tbt.P99Ms} ms");
        Assert.True(both.Ttft.P50Ms <= 2 * hybrid.Ttft.P50Ms, $"both: median TTFT {both.Ttft.P50Ms} ms, hybrid only {hybrid.Ttft.P50Ms} ms");
        Assert.True(both.Tbt.P99Ms <= chunks.Tbt.P99Ms, $"both: P99 TBT {both.Tbt.P99Ms} ms, chunks only {chunks.Tbt.P99Ms} ms");
    }

    private int BestBudget(WorkloadSpec workload, double tbtMsMax, ulong seed)
    {
        var capacities = Budgets.Select(budget => (Budget: budget, Rps: CapacityRps(workload, () => new SarathiPlanner(), budget, seed, tbtMsMax))).ToArray();
        output.WriteLine($"{tbtMsMax:0} ms: {string.Join(", ", capacities.Select(capacity => $"budget {capacity.Budget} {capacity.Rps:0.00}"))} requests/s");
        return capacities.MaxBy(capacity => capacity.Rps).Budget;
    }

    /// <summary>Largest rate, to 2 %, with the P99 TBT within its limit and a median scheduling delay of at most 2 s.</summary>
    private static double CapacityRps(WorkloadSpec workload, Func<IBatchPlanner> planner, int stepTokensMax, ulong seed, double tbtMsMax = StrictTbtMsMax)
    {
        var (low, high) = (0.02, 3.0);
        while (high / low > 1.02)
        {
            var rate = Math.Sqrt(low * high);
            var figures = Run(workload with { Arrivals = new PoissonArrivals(rate) }, planner(), stepTokensMax, seed);
            if (figures.Tbt.P99Ms <= tbtMsMax && figures.DelayP50Us <= 2_000_000) low = rate;
            else high = rate;
        }

        return low;
    }

    private static Figures Run(WorkloadSpec workload, IBatchPlanner planner, int stepTokensMax, ulong seed)
    {
        var result = Simulator.Run(WorkloadGenerator.Draw(workload, seed), Fleet.Yi34B(planner, stepTokensMax));
        Assert.Equal((Requests, 0L), (result.Completed, result.PlansRefused));
        return new Figures(LatencySummary.Of(result.Totals.Ttft)!, LatencySummary.Of(result.Gaps)!, result.Totals.QueueingDelay.PercentileUs(0.5)!.Value);
    }

    private sealed record Figures(LatencySummary Ttft, LatencySummary Tbt, double DelayP50Us);

    /// <summary>Chunking without hybrid steps: a step holds one budget of prompt tokens or all decodes; the two take turns.</summary>
    private sealed class ChunksOrDecodesPlanner : IBatchPlanner
    {
        public string Name => "chunks-or-decodes";

        public PolicyState NewState() => new Turn();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            var turn = (Turn)state;
            var budget = new PlanBudget(view);
            if (!turn.WasChunk) PlanChunks(view, plan, ref budget);
            turn.WasChunk = !plan.Grants.IsEmpty;
            if (!turn.WasChunk) PlanDecodes(view, plan, ref budget);
            if (plan.Grants.IsEmpty) PlanChunks(view, plan, ref budget);
        }

        private static void PlanDecodes(in BatchView view, BatchPlan plan, ref PlanBudget budget)
        {
            foreach (var row in view.Running)
            {
                if (view.IsDecoding(row) && budget.TryTakeRunning(row, 1)) plan.AddGrant(row, 1);
            }
        }

        private static void PlanChunks(in BatchView view, BatchPlan plan, ref PlanBudget budget)
        {
            foreach (var row in view.Running)
            {
                if (view.IsDecoding(row) || budget.TokensLeft == 0) continue;
                var tokens = Math.Min(view.MissingTokens(row), budget.TokensLeft);
                if (budget.TryTakeRunning(row, tokens)) plan.AddGrant(row, tokens);
            }

            foreach (var row in view.Waiting)
            {
                var tokens = Math.Min(view.WantedTokens[row], budget.TokensLeft);
                if (tokens == 0 || !budget.TryTakeWaiting(row, tokens, default(PrefixHit))) return;
                plan.AddGrant(row, tokens);
            }
        }

        private sealed class Turn : PolicyState
        {
            public bool WasChunk { get; set; }
        }
    }
}
