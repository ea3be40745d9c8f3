using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Kv;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// Slice-level scheduling (SCLS, arXiv 2406.13511) against request-level and continuous batches, and the choice of the slice (research notes,
/// scheduling 9d and 9e): prompts of about 200 tokens, outputs of about 200 of at most 1,024, memory for 20,000 tokens, Yi-34B, TP2, A100.
/// </summary>
public class SliceLevelTests(ITestOutputHelper output)
{
    private const int Requests = 400;
    private const int OutputTokensMax = 1024;

    /// <summary>Against continuous batches with chunked prefill slices lose: they reach about 0.63 of their throughput.</summary>
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void ACC_9d_slices_double_the_throughput_of_request_level_batches_and_lose_to_continuous_ones(ulong seed)
    {
        var (requestLevel, slices, continuous) = (Run(new StaticPlanner(), seed), Run(new SclsPlanner(), seed), Run(new SarathiPlanner(), seed));
        output.WriteLine($"request level {requestLevel.Rps:0.00}, slices {slices.Rps:0.00}, continuous {continuous.Rps:0.00} requests/s");
        Assert.True(slices.Rps >= 2 * requestLevel.Rps, $"slices {slices.Rps:0.00}, request level {requestLevel.Rps:0.00} requests/s");
        Assert.InRange(slices.Rps / continuous.Rps, 0.5, 0.75);
    }

    [Fact]
    public void ACC_9e_a_slice_may_be_too_short_and_too_long()
    {
        var runs = ((int[])[4, 8, 16, 32, 64, 128, 256, 512, 1024]).Select(slice => (Slice: slice, Run: Run(new SclsPlanner(new SclsOptions { SliceTokens = slice }), 1))).ToArray();
        foreach (var (slice, run) in runs) output.WriteLine($"S {slice,5}: {run.Rps:0.000} requests/s, {run.RecomputedShare:P1} computed again");
        var best = runs.MaxBy(entry => entry.Run.Rps);
        Assert.InRange(best.Slice, 64, 256);
        Assert.Equal(runs.Where(entry => entry.Slice <= best.Slice), runs.Where(entry => entry.Slice <= best.Slice).OrderBy(entry => entry.Run.Rps));
        Assert.Equal(runs.Where(entry => entry.Slice >= best.Slice), runs.Where(entry => entry.Slice >= best.Slice).OrderByDescending(entry => entry.Run.Rps));
        // Too short: most of the work is prompts computed again. Too long: nobody comes back, and all wait for the longest.
        Assert.True(runs[0].Run.RecomputedShare > 0.30 && runs[0].Run.Rps < best.Run.Rps / 2, $"{runs[0]}");
        Assert.Equal(0, runs[^1].Run.RecomputedShare);
        Assert.InRange(runs[^1].Run.Rps / Run(new StaticPlanner(), 1).Rps, 0.8, 1.2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Leaping_ends_with_the_slice_and_changes_nothing__INV_SIM_9(int slice)
    {
        for (var number = 0; number < 60; number++)
        {
            var run = RandomRun.Draw(number, "scls");
            var options = run.Options with { Planner = new SclsPlanner(new SclsOptions { SliceTokens = slice }) };
            var (leaping, stepping) = (Simulator.Run(run.Trace, options), Simulator.Run(run.Trace, options with { Leaping = false }));
            Assert.Equal(stepping.Records, leaping.Records);
            Assert.Equal((stepping.Steps, stepping.Preemptions, 0L), (leaping.Steps, leaping.Preemptions, leaping.PlansRefused));
        }
    }

    private static Figures Run(IBatchPlanner planner, ulong seed)
    {
        var workload = new WorkloadSpec
        {
            Requests = Requests,
            Arrivals = WorkloadSpec.AtRate(null),
            PromptLength = new LognormalLength(200, 0.8, 16, 1000),
            OutputLength = new LognormalLength(200, 0.8, 1, OutputTokensMax),
        };
        var trace = WorkloadGenerator.Draw(workload, seed);
        var result = Simulator.Run(trace, Fleet.Yi34B(planner, stepTokensMax: 4096, OutputTokensMax) with
        {
            Kv = new KvLedgerOptions { BlocksTotal = 20_000 / 16, BlockSizeTokens = 16, PrefixCaching = false },
        });
        Assert.Equal((Requests, 0L), (result.Completed, result.PlansRefused));
        var computedOnce = trace.Sum(request => request.PromptTokens + request.OutputTokens - 1);
        return new Figures(Requests / (result.MakespanUs / 1e6), (double)result.RecomputedTokens / (result.RecomputedTokens + computedOnce));
    }

    private sealed record Figures(double Rps, double RecomputedShare);
}
