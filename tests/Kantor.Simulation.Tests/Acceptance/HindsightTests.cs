using Kantor.Bounds.Hindsight;
using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Occupancy;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// Policies against what hindsight could have done, in the rounds of the theory (research notes, theory 9.5 and scheduling 7a): the exact
/// optimum of small instances, the lower bound of large ones, and the guarantee of smallest volume first.
/// </summary>
public class HindsightTests(ITestOutputHelper output)
{
    private const int Instances = 200;

    /// <summary>Every policy of the catalogue, and the variants that the notes compare.</summary>
    private static IEnumerable<(string Name, IBatchPlanner Planner)> Policies =>
    [
        .. PolicyCatalogue.PlannerNames.Select(name => (name, PolicyCatalogue.Planner(name))),
        ("vllm-v1, least computed", new VllmV1Planner(new VllmV1Options { Victim = VllmV1Victim.LeastComputed })),
        ("svf without backfilling", new SvfPlanner(new SvfOptions { Backfilling = false, AgingShare = null })),
    ];

    /// <summary>
    /// A policy below the optimum would show that the simulator or the optimum is wrong. What it is measured by is the optimum that may preempt
    /// for nothing, because a round recomputes any number of tokens; runs that preempted nobody are measured by the one that may not, too.
    /// </summary>
    [Fact]
    public void ACC_7a_ACC_9_5_the_exact_optimum_is_below_every_policy_and_above_the_bound__INV_BND_1()
    {
        var optima = Enumerable.Range(0, Instances).Select(Optimum.Of).ToArray();
        Assert.All(optima, optimum => Assert.True(optimum.Bound.TotalRounds <= optimum.Preempting + 1e-6 && optimum.Preempting <= optimum.Steady, $"{optimum}"));
        output.WriteLine(Line("optimum, against the best lower bound", [.. optima.Select(optimum => optimum.Preempting / optimum.Bound.TotalRounds)]));
        output.WriteLine(Line("optimum without preemption, against that with it", [.. optima.Select(optimum => (double)optimum.Steady / optimum.Preempting)]));
        foreach (var (name, planner) in Policies) output.WriteLine(Line(name, [.. optima.Select((optimum, number) => RatioTo(optimum, number, name, planner))]));
    }

    [Theory]
    [InlineData(2000, 150, 120)]
    [InlineData(6000, 300, 200)]
    public void ACC_9_5_at_trace_scale_smallest_volume_first_is_within_30_percent_of_the_bound(int poolTokens, int requests, int outputMax)
    {
        var trace = UnitRounds.Burst(7, requests, outputMax);
        var bound = LatencyBound.Best(UnitRounds.Jobs(trace), poolTokens);
        var ratios = Policies.ToDictionary(
            policy => policy.Name, policy => UnitRounds.TotalLatency(UnitRounds.Run(trace, poolTokens, policy.Planner, () => new UnitRounds.Oracle(trace))) / bound.TotalRounds);
        foreach (var (name, ratio) in ratios) output.WriteLine($"{name}: {ratio:0.00} times the bound by {bound.Name}");
        Assert.All(ratios.Values, ratio => Assert.True(ratio >= 1));
        Assert.InRange(ratios["svf"], 1, 1.3);
        Assert.True(ratios["svf"] < ratios["fcfs"] && ratios["fcfs"] < ratios["static"]);
    }

    /// <summary>
    /// Few large requests ask just before many small ones, so that order matters: smallest volume first keeps its guarantee, and first come, first
    /// served, with memory reserved or taken as it is needed, breaks both forms of it, every time.
    /// </summary>
    [Fact]
    public void ACC_9_5_smallest_volume_first_keeps_its_guarantee_on_every_burst_and_first_come_first_served_on_none()
    {
        var svf = new SvfPlanner(new SvfOptions { Backfilling = false, AgingShare = null });
        for (var seed = 0UL; seed < 40; seed++)
        {
            var (trace, pool) = LargeBeforeSmall(seed);
            var (kept, broken) = (Guarantee.Of(trace, pool, svf), new[] { Guarantee.Of(trace, pool, new OrcaPlanner()), Guarantee.Of(trace, pool, new FcfsPlanner()) });
            output.WriteLine($"seed {seed}, alpha {kept.Alpha:0.00}: svf {kept}; reserving {broken[0]}; fcfs {broken[1]}");
            Assert.True(kept.BoundsWaits && kept.BoundsRatio, $"seed {seed}: {kept}");
            // What smallest volume first takes is at least the optimum, so who takes more than the factor times that is above the factor times the optimum.
            Assert.All(broken, run => Assert.True(!run.BoundsWaits && run.TotalRounds > run.Factor * kept.TotalRounds, $"seed {seed}: {run} against {kept.TotalRounds} rounds"));
        }
    }

    /// <summary>Bursts without an order, where first come, first served happens to keep it too.</summary>
    [Fact]
    public void ACC_9_5_smallest_volume_first_keeps_its_guarantee_on_shuffled_bursts()
    {
        var svf = new SvfPlanner(new SvfOptions { Backfilling = false, AgingShare = null });
        for (var seed = 0UL; seed < 60; seed++)
        {
            var trace = UnitRounds.Burst(seed, requests: 10 + (int)seed, outputMax: 40);
            // The longest prompt with the longest output must fit, because every request declares it.
            var pool = (int)((trace.Max(request => request.PromptTokens) + 40) * (1.05 + (seed % 5)));
            var kept = Guarantee.Of(trace, pool, svf);
            Assert.True(kept.BoundsWaits && kept.BoundsRatio, $"seed {seed}: {kept}");
        }
    }

    /// <summary>Requests that each need at most an eighth of the pool: 40 to 49 large ones, whose prompts fill it, then 200 small ones, all at once.</summary>
    private static (TraceRequest[] Trace, int PoolTokens) LargeBeforeSmall(ulong seed)
    {
        var random = new RandomStream(seed, "large before small");
        // No two prompts are alike, so that the oracle tells them apart.
        var large = Enumerable.Range(0, 40 + random.NextInt(10)).Select(number => new TraceRequest(0, 300 + number, 30 + random.NextInt(11)));
        var small = Enumerable.Range(0, 200).Select(number => new TraceRequest(0, 1 + number, 1 + random.NextInt(2)));
        return ([.. large, .. small], 8 * (300 + 49 + 40));
    }

    private static double RatioTo(Optimum optimum, int number, string name, IBatchPlanner planner)
    {
        var result = UnitRounds.Run(optimum.Trace, optimum.PoolTokens, planner, () => new UnitRounds.Oracle(optimum.Trace));
        var total = UnitRounds.TotalLatency(result);
        var least = result.Preemptions == 0 ? optimum.Steady : optimum.Preempting;
        Assert.True(total >= least, $"case {number}: {name} takes {total} rounds, the optimum {least}");
        return (double)total / optimum.Preempting;
    }

    private static string Line(string name, double[] ratios)
    {
        Array.Sort(ratios);
        return $"{name}: median {ratios[ratios.Length / 2]:0.000}, mean {ratios.Average():0.000}, worst {ratios[^1]:0.000}";
    }

    /// <summary>
    /// With every peak at most αM and all there from the start, who waits finds more than (1 − α)M reserved, so (1 − α)·M·(sum of waits) is at most
    /// twice the sum of all volumes before each request in order; from which TEL ≤ (1 + 2/(1 − α))·OPT follows (arXiv 2606.22327).
    /// </summary>
    private sealed record Guarantee(double Alpha, long TotalRounds, double WaitVolume, double WaitVolumeMax, double BoundRounds)
    {
        public double Factor => 1 + (2 / (1 - Alpha));

        public bool BoundsWaits => WaitVolume <= WaitVolumeMax;

        /// <summary>Against a lower bound of the optimum, which is harder than against the optimum.</summary>
        public bool BoundsRatio => TotalRounds <= Factor * BoundRounds;

        public override string ToString() => FormattableString.Invariant(
            $"{TotalRounds} rounds, {TotalRounds / BoundRounds:0.00} times the bound, waits {WaitVolume / WaitVolumeMax:0.00} of what they may");

        public static Guarantee Of(TraceRequest[] trace, int poolTokens, IBatchPlanner planner)
        {
            var jobs = UnitRounds.Jobs(trace);
            var alpha = (double)jobs.Max(job => job.PeakTokens) / poolTokens;
            var result = UnitRounds.Run(trace, poolTokens, planner, () => new UnitRounds.Oracle(trace));
            if (planner is SvfPlanner) Assert.Equal(0, result.Preemptions);
            var total = UnitRounds.TotalLatency(result);
            var waits = total - trace.Sum(request => request.OutputTokens);
            return new Guarantee(alpha, total, (1 - alpha) * poolTokens * waits, 2 * VolumesBefore(trace), LatencyBound.Best(jobs, poolTokens).TotalRounds);
        }

        /// <summary>In order of volume, ties in order of arrival: the volumes of all that go before, summed over all.</summary>
        private static double VolumesBefore(TraceRequest[] trace)
        {
            var (before, sum) = (0.0, 0.0);
            foreach (var volume in trace.Select(request => KvTrapezoid.Volume(request.PromptTokens, request.OutputTokens)).Order())
            {
                sum += before;
                before += volume;
            }

            return sum;
        }
    }

    /// <summary>A small instance, a third of them bursts, and what is known of its best schedules.</summary>
    private sealed record Optimum(IReadOnlyList<TraceRequest> Trace, int PoolTokens, long Preempting, long Steady, LatencyBound Bound)
    {
        public static Optimum Of(int number)
        {
            var random = new RandomStream((ulong)number, "optimum");
            var spread = number % 3 == 0 ? 1 : 6;
            var prompts = Enumerable.Range(1, 14).ToList();
            TraceRequest[] trace =
            [
                .. Enumerable.Range(0, 2 + random.NextInt(5)).Select(_ => new TraceRequest(random.NextInt(spread), DrawOne(prompts, random), 1 + random.NextInt(6)))
                    .OrderBy(request => request.ArrivalUs),
            ];
            // The longest prompt with the longest output must fit, because every request declares it.
            var pool = trace.Max(request => request.PromptTokens) + trace.Max(request => request.OutputTokens) + random.NextInt(14);
            var jobs = UnitRounds.Jobs(trace);
            return new Optimum(trace, pool, HindsightOptimum.TotalLatencyWithPreemption(jobs, pool), HindsightOptimum.TotalLatency(jobs, pool), LatencyBound.Best(jobs, pool));
        }

        private static int DrawOne(List<int> prompts, RandomStream random)
        {
            var index = random.NextInt(prompts.Count);
            var prompt = prompts[index];
            prompts.RemoveAt(index);
            return prompt;
        }
    }
}
