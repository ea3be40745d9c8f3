using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Papers.Replicas;
using Kantor.Workloads.Generators;
using static Kantor.Papers.Studies.ChunkedPrefillStudy;

namespace Kantor.Papers.Tests;

/// <summary>
/// Chunked prefill with stall-free batching (arXiv 2403.02310) on Yi-34B, TP2, A100: the comparisons of its evaluation, with 600 requests of
/// its chat and paper lengths and two seeds. TBT is the time between tokens.
/// </summary>
public class ChunkedPrefillTests(ITestOutputHelper output)
{
    private static readonly int[] Budgets = [256, 512, 1024, 2048, 4096];

    /// <summary>The two of its evaluation.</summary>
    private static readonly int[] PublishedBudgets = [512, 2048];

    public static TheoryData<ulong> Seeds => [1, 2];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5a_at_a_budget_of_512_no_gap_exceeds_200_ms_up_to_capacity(ulong seed)
    {
        var capacity = Sarathi(WorkloadSpec.Chat(Requests, 1), 512, StrictTbtMsMax, seed);
        Assert.InRange(capacity, 0.8, 1.4);
        foreach (var share in (double[])[0.25, 0.5, 0.75, 1])
        {
            var tbt = ChunkedFigures.Of(WorkloadSpec.Chat(Requests, capacity * share), new SarathiPlanner(), 512, seed).Tbt;
            Assert.True(tbt.P99Ms <= 200 && tbt.MaxMs <= 200, $"at {capacity * share:0.00} requests/s: P99 {tbt.P99Ms} ms, worst {tbt.MaxMs} ms");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5a_prefill_first_stalls_for_seconds_on_the_same_load(ulong seed)
    {
        var tbt = ChunkedFigures.Of(WorkloadSpec.Chat(Requests, 0.7), new PrefillFirstPlanner(), UnchunkedStepTokens, seed).Tbt;
        Assert.True(tbt.P99Ms >= 1000 && tbt.MaxMs >= 4000, $"P99 {tbt.P99Ms} ms, worst {tbt.MaxMs} ms");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void ACC_5b_chunking_doubles_the_capacity_under_a_strict_objective(ulong seed)
    {
        foreach (var workload in (WorkloadSpec[])[WorkloadSpec.Chat(Requests, 1), WorkloadSpec.Papers(Requests, 1)])
        {
            var chunked = Sarathi(workload, 512, StrictTbtMsMax, seed);
            var stalling = PromptsFirst(workload, StrictTbtMsMax, seed);
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
            var stalling = PromptsFirst(workload, RelaxedTbtMsMax, seed);
            foreach (var budget in PublishedBudgets)
            {
                var chunked = Sarathi(workload, budget, RelaxedTbtMsMax, seed);
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
            var strict = Sarathi(workload, 2048, StrictTbtMsMax, seed);
            var stalling = PromptsFirst(workload, StrictTbtMsMax, seed);
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
        var hybrid = ChunkedFigures.Of(papers, new VllmV1Planner(new VllmV1Options { ChunkedPrefill = false }), UnchunkedStepTokens, seed);
        var chunks = ChunkedFigures.Of(papers, new ChunksOrDecodesPlanner(), 512, seed);
        var both = ChunkedFigures.Of(papers, new SarathiPlanner(), 512, seed);
        Assert.True(chunks.Ttft.P50Ms >= 4 * hybrid.Ttft.P50Ms, $"chunks only: median TTFT {chunks.Ttft.P50Ms} ms, hybrid only {hybrid.Ttft.P50Ms} ms");
        Assert.True(hybrid.Tbt.P99Ms >= 4 * chunks.Tbt.P99Ms, $"hybrid only: P99 TBT {hybrid.Tbt.P99Ms} ms, chunks only {chunks.Tbt.P99Ms} ms");
        Assert.True(both.Ttft.P50Ms <= 2 * hybrid.Ttft.P50Ms, $"both: median TTFT {both.Ttft.P50Ms} ms, hybrid only {hybrid.Ttft.P50Ms} ms");
        Assert.True(both.Tbt.P99Ms <= chunks.Tbt.P99Ms, $"both: P99 TBT {both.Tbt.P99Ms} ms, chunks only {chunks.Tbt.P99Ms} ms");
    }

    private int BestBudget(WorkloadSpec workload, double tbtMsMax, ulong seed)
    {
        var capacities = Budgets.Select(budget => (Budget: budget, Rps: Sarathi(workload, budget, tbtMsMax, seed))).ToArray();
        output.WriteLine($"{tbtMsMax:0} ms: {string.Join(", ", capacities.Select(capacity => $"budget {capacity.Budget} {capacity.Rps:0.00}"))} requests/s");
        return capacities.MaxBy(capacity => capacity.Rps).Budget;
    }

    private static double Sarathi(WorkloadSpec workload, int budget, double tbtMsMax, ulong seed) => ChunkedFigures.CapacityRps(workload, () => new SarathiPlanner(), budget, tbtMsMax, seed);

    private static double PromptsFirst(WorkloadSpec workload, double tbtMsMax, ulong seed) =>
        ChunkedFigures.CapacityRps(workload, () => new PrefillFirstPlanner(), UnchunkedStepTokens, tbtMsMax, seed);
}
