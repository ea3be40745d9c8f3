using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// Pipelines. Prompts of one length through prefill instances are queues with known waits (DistServe, arXiv 2401.09670, section 3.1); batches of
/// equal size keep the stages busy (arXiv 2403.02310, section 4.3, and 2308.16369).
/// </summary>
public class PipelineTests
{
    private const double PrefillUs = 72_100;
    private const double TensorSpeedUp = 1.5;
    private const int Unchunked = 16_384;

    [Theory]
    [InlineData(0.3, 60_000)]
    [InlineData(0.6, 200_000)]
    [InlineData(0.9, 1_500_000)]
    public void ACC_2a_one_prefill_instance_is_the_queue_M_D_1_within_2_percent(double load, int requests) =>
        RequireTtft(Prefill(PrefillUs), load, requests, PrefillUs + (Rate(load) * PrefillUs * PrefillUs / (2 * (1 - load))));

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void ACC_2a_two_pipeline_stages_halve_the_service_time_of_the_queue_within_2_percent(double load) =>
        RequireTtft(Prefill(PrefillUs) with { PipelineStages = 2 }, load, 100_000, PrefillUs + (Rate(load) * PrefillUs * PrefillUs / (4 * (2 - load))));

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void ACC_2a_tensor_parallelism_shortens_the_service_itself_within_2_percent(double load) =>
        RequireTtft(
            Prefill(PrefillUs / TensorSpeedUp),
            load,
            150_000,
            (PrefillUs / TensorSpeedUp) + (Rate(load) * PrefillUs * PrefillUs / (2 * TensorSpeedUp * (TensorSpeedUp - load))));

    [Fact]
    public void ACC_2a_stages_beat_tensor_parallelism_from_a_load_of_0_936_on()
    {
        // Same arrivals on both sides, so the difference has little noise; the sign changes within 5 % of the load.
        Assert.True(StagesMinusTensorUs(0.936 * 0.95) > 0);
        Assert.True(StagesMinusTensorUs(0.936 * 1.05) < 0);
    }

    /// <remarks>
    /// The threshold of 10 % holds for what a token budget evens out. Attention to the chunks before is not part of it: with it the spread is
    /// 26 % on prompts of 7,000 tokens, still a sixth of whole prompts'.
    /// </remarks>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ACC_5f_micro_batches_differ_little_with_chunks_and_much_without(ulong seed)
    {
        var chunked = Run(new SarathiPlanner(), 512, 4, seed);
        var whole = Run(new OrcaPlanner(), Unchunked, 4, seed);
        Assert.InRange(chunked.Spread(load => load with { PrefillAttention = 0 }, 4), 0, 0.10);
        Assert.InRange(chunked.Spread(load => load, 4), 0.10, 0.30);
        Assert.True(whole.Spread(load => load, 4) > 1.00);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void ACC_6d_chunks_leave_a_quarter_of_the_bubbles_in_eight_stages(ulong seed)
    {
        var chunked = Run(new SarathiPlanner(), 512, 8, seed).Result;
        var whole = Run(new OrcaPlanner(), Unchunked, 8, seed).Result;
        var (chunkedUs, wholeUs) = (chunked.PipelineIdleShare * chunked.MakespanUs, whole.PipelineIdleShare * whole.MakespanUs);
        Assert.True(chunkedUs <= wholeUs / 4, $"a stage idles {chunkedUs / 1e6:0.0} s with chunks, {wholeUs / 1e6:0.0} s with whole prompts");
    }

    private static double StagesMinusTensorUs(double load) =>
        MeanTtftUs(Prefill(PrefillUs) with { PipelineStages = 2 }, load, 200_000) - MeanTtftUs(Prefill(PrefillUs / TensorSpeedUp), load, 200_000);

    private static void RequireTtft(SimulationOptions options, double load, int requests, double expectedUs) =>
        Assert.InRange(MeanTtftUs(options, load, requests) / expectedUs, 0.98, 1.02);

    private static double Rate(double load) => load / PrefillUs;

    private static double MeanTtftUs(SimulationOptions options, double load, int requests)
    {
        var arrivals = new RandomStream(7, "arrivals");
        var atUs = 0.0;
        var trace = new TraceRequest[requests];
        for (var index = 0; index < requests; index++)
        {
            atUs += -Math.Log(1 - arrivals.NextDouble()) / Rate(load);
            trace[index] = new TraceRequest((long)atUs, 100, 1);
        }

        return Simulator.Run(trace, options).Records.Average(record => (double)record.TtftUs!);
    }

    /// <summary>One prompt a step.</summary>
    private static SimulationOptions Prefill(double serviceUs) => new()
    {
        Planner = new FcfsPlanner(),
        Router = new RoundRobinRouter(),
        Limits = new BatchLimits { StepTokensMax = 100, RunningMax = 2 },
        Kv = new KvLedgerOptions { BlocksTotal = 1000, BlockSizeTokens = 1, PrefixCaching = false },
        StepTime = new LinearStepTime(0, serviceUs / 100, 0, 0),
        NewPredictor = () => new ConstantLengthPredictor(1),
        OutputTokensMax = 1,
    };

    /// <summary>More prompts than can be computed, and memory for all, so that every step could be full.</summary>
    private static StageLog Run(IBatchPlanner planner, int stepTokensMax, int stages, ulong seed)
    {
        var log = new StageLog();
        var options = Fleet.Yi34B(planner, stepTokensMax);
        log.Result = Simulator.Run(
            WorkloadGenerator.Draw(WorkloadSpec.Papers(300, 50), seed),
            options with { PipelineStages = stages, Limits = options.Limits with { RunningMax = 1024 }, Kv = options.Kv with { BlocksTotal = 100_000 } },
            log);
        return log;
    }

    private sealed class StageLog : SimulationObserver
    {
        private readonly List<(StepLoad Load, bool Waits)> _loads = [];

        public SimulationResult Result { get; set; } = null!;

        public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
        {
            var load = default(StepLoad);
            foreach (ref readonly var slice in scheduler.Slices) load = load.With(slice.Tokens, slice.FromToken, slice.IsDecode);
            _loads.Add((load, scheduler.WaitingCount > 0));
        }

        /// <summary>(slowest − fastest) / mean of the micro-batches that are in the pipeline together, averaged, from the time on when it is full and while prompts wait.</summary>
        public double Spread(Func<StepLoad, StepLoad> counted, int stages) => _loads
            .Skip(10 * stages)
            .TakeWhile(step => step.Waits)
            .Select(step => StepTimeProfiles.Yi34BA100Tp2.StepTime.StepUs(counted(step.Load)))
            .Chunk(stages)
            .Average(together => (together.Max() - together.Min()) / together.Average());
    }
}
