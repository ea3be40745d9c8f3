using Kantor.Bounds.Facts;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Bounds.Tests;

/// <summary>Runs of the simulator against their bounds: chat-like lengths, from half to twice of what the fleet can serve.</summary>
public class SimulatedRunsTests
{
    private const int BlockTokens = 16;
    private static readonly string[] Policies = ["fcfs", "vllm-v1", "sarathi", "svf"];

    [Theory]
    [InlineData("goodput(ttft=1s,itl=100ms)")]
    [InlineData("goodput(ttft=500ms,e2e=6s)")]
    [InlineData("goodput(ttft=2s,tpot=40ms) weights {all: 2}")]
    [InlineData("goodput(e2e=8s)")]
    [InlineData("latency(mean-e2e)")]
    [InlineData("latency(mean-ttft)")]
    public void No_run_beats_its_bound__INV_BND_4(string line)
    {
        Assert.True(Objective.TryParse(line, out var objective, out var error), error);
        var closest = 0.0;
        TestSeed.Each(3, seed =>
        {
            var trace = Draw(seed);
            foreach (var fleet in Fleets())
            {
                var weight = objective.Classes[default].Weight;
                BoundRequest[] requests = [.. trace.Select(
                    one => new BoundRequest(one.ArrivalUs, one.PromptTokens, one.OutputTokens, 0, weight))];
                var bound = HindsightBound.Of(objective, requests, fleet)!;
                foreach (var policy in Policies) closest = Math.Max(closest, Ratio(bound, trace, fleet, objective, policy));
            }
        });

        Assert.InRange(closest, 0.5, 1);
    }

    private static double Ratio(ProvenBound bound, TraceRequest[] trace, FleetFacts fleet, Objective objective, string policy)
    {
        var totals = Simulator.Run(trace, Options(fleet, objective, policy)).Totals;
        Assert.Equal(trace.Length, totals.E2e.Count);
        var reached = objective.Terms[0] switch
        {
            GoodputTerm => totals.WeightWithinSlo,
            LatencyTerm { Kind: LatencyKind.Ttft } => totals.Ttft.MeanUs!.Value / 1e6,
            _ => totals.E2e.MeanUs!.Value / 1e6,
        };
        var ratio = bound.RatioOf(reached) ?? 0;
        Assert.True(ratio <= 1 + 1e-9, $"{policy} reached {reached}, and {bound.Name} says {bound.Value} {bound.Unit}");
        return ratio;
    }

    private static IEnumerable<FleetFacts> Fleets()
    {
        var limits = new BatchLimits { StepTokensMax = 512, RunningMax = 64 };
        yield return new FleetFacts { Replicas = 1, StepTime = StepTimeProfiles.Llama3B8A100.StepTime, Limits = limits, KvTokens = 400_000 };
        yield return new FleetFacts { Replicas = 2, StepTime = StepTimeProfiles.Yi34BA100Tp2.StepTime, Limits = limits, KvTokens = 16_000 };
        yield return new FleetFacts { Replicas = 1, StepTime = new LinearStepTime(8_000, 60, 40, 0.3), Limits = limits, KvTokens = 16_000 };
    }

    private static SimulationOptions Options(FleetFacts fleet, Objective objective, string policy) => new()
    {
        Planner = PolicyCatalogue.Planner(policy),
        Router = new RoundRobinRouter(),
        Replicas = fleet.Replicas,
        Limits = fleet.Limits,
        Kv = new KvLedgerOptions { BlocksTotal = (int)(fleet.KvTokens / BlockTokens), BlockSizeTokens = BlockTokens },
        StepTime = fleet.StepTime,
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = 1_024,
        Objective = objective,
        KeepsRecords = false,
    };

    private static TraceRequest[] Draw(ulong seed)
    {
        var random = new RandomStream(seed, "bounded-runs");
        var gapUs = 40_000 + random.NextInt(200_000);
        var nowUs = 0L;
        return [.. Enumerable.Range(0, 150).Select(_ => new TraceRequest(
            nowUs += random.NextInt(2 * gapUs), 1 + random.NextInt(random.NextInt(2) == 0 ? 300 : 3_000), 1 + random.NextInt(300)))];
    }
}
