using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Simulation.Events;
using Kantor.Workloads.Generators;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// How much of the allocated KV memory holds no token, averaged over time (research notes, scheduling 4b). Lengths as in the PagedAttention
/// paper's ShareGPT workload (arXiv 2309.06180, figure 11): prompts of 161 and outputs of 338 tokens on average, 2048 tokens at most together.
/// </summary>
public class PagedWasteTests
{
    private const int ContextTokens = 2048;
    private const int OutputTokensMax = ContextTokens / 2;

    [Theory]
    [InlineData("fcfs")]
    [InlineData("vllm-v1")]
    [InlineData("sarathi")]
    [InlineData("svf")]
    public void ACC_4b_in_pages_of_16_tokens_less_than_4_percent_is_waste(string policy) => Assert.InRange(WastedShare(policy, blockSizeTokens: 16), 0.001, 0.04);

    [Fact]
    public void ACC_4b_reserved_to_the_declared_output_more_than_60_percent_is_waste() => Assert.InRange(WastedShare("orca", blockSizeTokens: 16), 0.6, 1);

    [Fact]
    public void ACC_4b_larger_pages_waste_more_and_pages_of_one_token_nothing()
    {
        Assert.Equal(0, WastedShare("fcfs", blockSizeTokens: 1));
        Assert.InRange(WastedShare("fcfs", blockSizeTokens: 128), 0.1, 0.3);
    }

    private static double WastedShare(string policy, int blockSizeTokens)
    {
        var trace = WorkloadGenerator.Draw(
            new WorkloadSpec
            {
                Requests = 400,
                Arrivals = WorkloadSpec.AtRate(4),
                PromptLength = new LognormalLength(85, 1.13, 4, ContextTokens / 2),
                OutputLength = new LognormalLength(250, 0.9, 4, OutputTokensMax),
            },
            seed: 4);
        Assert.InRange(trace.Average(request => request.PromptTokens), 161 * 0.9, 161 * 1.1);
        Assert.InRange(trace.Average(request => request.OutputTokens), 338 * 0.9, 338 * 1.1);
        var occupancy = new Occupancy();
        var options = Yi34B(PolicyCatalogue.Planner(policy), stepTokensMax: 2048, OutputTokensMax) with
        {
            Kv = new KvLedgerOptions { BlocksTotal = 30_000 / blockSizeTokens, BlockSizeTokens = blockSizeTokens, PrefixCaching = false },
            Leaping = false,
        };
        var result = Simulator.Run(trace, options, occupancy);
        Assert.Equal(trace.Count, result.Completed);
        return occupancy.WastedShare;
    }

    /// <summary>Allocated room and tokens in it during each step, those that the step writes included.</summary>
    private sealed class Occupancy : SimulationObserver
    {
        private double _allocatedTokenUs;
        private double _filledTokenUs;

        public double WastedShare => 1 - (_filledTokenUs / _allocatedTokenUs);

        public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
        {
            var filled = 0L;
            var view = scheduler.View(nowUs);
            foreach (var row in view.Running) filled += view.ComputedTokens[row];
            foreach (var slice in scheduler.Slices) filled += slice.Tokens;
            _filledTokenUs += (double)filled * durationUs;
            _allocatedTokenUs += (double)scheduler.Kv.BlocksUsed * scheduler.Kv.BlockSizeTokens * durationUs;
        }
    }
}
