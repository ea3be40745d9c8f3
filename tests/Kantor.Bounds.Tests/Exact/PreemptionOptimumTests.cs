using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.StepTime;
using Kantor.Simulation;
using Kantor.Workloads.Traces;

namespace Kantor.Bounds.Tests.Exact;

public class PreemptionOptimumTests(ITestOutputHelper output)
{
    /// <summary>Newest as victim, smallest as victim, nobody by full reservation, and orders that know the lengths.</summary>
    private static readonly string[] Heuristics = ["vllm-v1", "infermax", "orca", "svf", "mc-sf"];

    [Fact]
    public void ACC_7a_no_planner_is_faster_than_the_best_schedule_that_recomputes()
    {
        var gaps = Heuristics.ToDictionary(planner => planner, _ => new List<double>());
        TestSeed.Each(200, seed =>
        {
            var (requests, fleet) = Draw(seed);
            var least = PreemptionOptimum.LeastUs(requests, fleet);
            foreach (var planner in PolicyCatalogue.PlannerNames)
            {
                var us = MakespanUs(planner, requests, fleet);
                Assert.True(us >= least - 1e-6, $"{planner}: {us} is below {least}: {fleet}, {string.Join("; ", requests)}");
                if (gaps.TryGetValue(planner, out var known)) known.Add((us / least) - 1);
            }
        });

        foreach (var (planner, all) in gaps)
        {
            all.Sort();
            output.WriteLine($"{planner}: median gap {all[all.Count / 2]:0.0 %}, worst {all[^1]:0.0 %}");
        }

        // It is no trivial bound: somebody reaches it on most instances, and everybody misses it on some.
        Assert.True(gaps.Values.Min(all => all[all.Count / 2]) < 0.15);
        Assert.All(gaps.Values, all => Assert.True(all[^1] > 0.01));
    }

    /// <summary>Two answers that fit together only at first: one gives way and is computed again, or waits; both are tried.</summary>
    [Fact]
    public void Giving_way_costs_what_is_computed_again()
    {
        var fleet = Fleet(new LinearStepTime(100, 10, 1, 0), tokens: 8, kv: 5);
        BoundRequest[] requests = [new(0, 1, 4), new(0, 1, 4)];
        // Alone: prompt 110, then three decodes of 101: one after the other takes twice that.
        var apart = 2 * (110 + (3 * 101.0));
        var least = PreemptionOptimum.LeastUs(requests, fleet);
        Assert.True(least < apart, $"{least}");
        // Without a limit: both at once.
        Assert.Equal(120 + (3 * 102.0), PreemptionOptimum.LeastUs(requests, fleet with { KvTokens = 100 }), 1e-6);
        Assert.True(least > 120 + (3 * 102.0));
        Assert.Throws<ArgumentException>(() => PreemptionOptimum.LeastUs(requests, fleet with { KvTokens = 3 }));
        Assert.Throws<TooManyStatesException>(() => PreemptionOptimum.LeastUs(requests, fleet, statesMax: 2));
    }

    private static (BoundRequest[] Requests, FleetFacts Fleet) Draw(ulong seed)
    {
        var random = new RandomStream(seed, "preemption");
        var requests = Enumerable.Range(0, 2 + random.NextInt(2)).Select(_ => new BoundRequest(0, 1 + random.NextInt(3), 1 + random.NextInt(4))).ToArray();
        // The longest answer is declared by all, and whoever might not fit is refused.
        var largest = requests.Max(request => request.PromptTokens) + requests.Max(request => request.OutputTokens);
        var model = new LinearStepTime(50 + random.NextInt(100), 5 + random.NextInt(40), 1 + random.NextInt(20), random.NextInt(3));
        return (requests, Fleet(model, tokens: 2 + random.NextInt(5), kv: largest + random.NextInt(4)));
    }

    private static FleetFacts Fleet(IStepTimeModel model, int tokens, int kv) => new()
    {
        Replicas = 1,
        StepTime = model,
        Limits = new BatchLimits { StepTokensMax = tokens, RunningMax = 4 },
        KvTokens = kv,
    };

    private static double MakespanUs(string planner, BoundRequest[] requests, FleetFacts fleet)
    {
        var outputs = requests.Max(request => request.OutputTokens);
        var options = new SimulationOptions
        {
            Planner = PolicyCatalogue.Planner(planner),
            Router = new RoundRobinRouter(),
            Limits = fleet.Limits,
            Kv = new KvLedgerOptions { BlocksTotal = (int)fleet.KvTokens, BlockSizeTokens = 1, PrefixCaching = false },
            StepTime = fleet.StepTime,
            NewPredictor = () => new NoisyOracle(null, new NoisyOracleOptions()),
            OutputTokensMax = outputs,
        };
        var result = Simulator.Run([.. requests.Select(request => new TraceRequest(0, request.PromptTokens, request.OutputTokens))], options);
        Assert.Equal(requests.Length, result.Completed);
        return result.MakespanUs;
    }
}
