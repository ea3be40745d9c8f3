using System.Diagnostics;
using Kantor.Bounds.Hindsight;
using Kantor.Core.Randomness;
using Kantor.Solvers.Rounds;

namespace Kantor.Solvers.Tests.Rounds;

public class RoundRelaxationTests(ITestOutputHelper output)
{
    [Fact]
    public void It_is_never_above_the_least_latency_of_small_instances__INV_BND_6()
    {
        var (bounds, simple, optima) = (0.0, 0.0, 0.0);
        TestSeed.Each(600, seed =>
        {
            var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 6, roundsMax: 6);
            var least = HindsightOptimum.TotalLatency(jobs, pool);
            var bound = RoundRelaxation.TotalLatency(jobs, pool, Options(seed));
            Assert.True(bound.Proven <= least + 1e-6, $"{bound} is above {least}: pool {pool}, {string.Join("; ", jobs)}");
            (bounds, simple, optima) = (bounds + bound.Proven, simple + LatencyBound.Best(jobs, pool).TotalRounds, optima + least);
        });

        output.WriteLine($"{bounds / optima:0.0 %} of the optima, the best of the simple bounds {simple / optima:0.0 %}");
        Assert.True(bounds > 0.8 * optima, $"bounds {bounds}, optima {optima}");
    }

    [Fact]
    public void It_is_never_below_the_most_weight_in_time_of_small_instances__INV_BND_6()
    {
        var (bounds, optima) = (0.0, 0.0);
        TestSeed.Each(500, seed =>
        {
            var (jobs, pool) = SmallJobs.DrawDue(seed, jobsMax: 6, roundsMax: 6);
            var most = RoundProgram.WeightInTime(jobs, pool)!.Value;
            var bound = RoundRelaxation.WeightInTime(jobs, pool, Options(seed));
            Assert.True(bound.Proven >= most - 1e-6, $"{bound} is below {most}: pool {pool}, {string.Join("; ", jobs)}");
            (bounds, optima) = (bounds + bound.Proven, optima + most);
        });

        output.WriteLine($"optima are {optima / bounds:0.0 %} of the bounds");
        Assert.True(optima > 0.7 * bounds, $"bounds {bounds}, optima {optima}");
    }

    /// <summary>It is a proof by itself, whatever a solver makes of the prices.</summary>
    [Fact]
    public void Any_prices_prove_a_bound__INV_BND_6() => TestSeed.Each(500, seed =>
    {
        var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 6, roundsMax: 6);
        var random = new RandomStream(seed, "prices");
        var (buckets, scale) = (RoundBuckets.Of(1 + random.NextInt(40), 1 + random.NextInt(20)), 0.2 * random.NextDouble());
        var prices = new RoundPrices(buckets, [.. Enumerable.Range(0, buckets.Count).Select(_ => scale * (random.NextDouble() - 0.3))]);
        var horizon = buckets.StartOf(buckets.Count);
        var proven = prices.LeastCost(jobs.Select(job => StartChoice.ForLatency(job, horizon)), pool);
        Assert.True(proven <= HindsightOptimum.TotalLatency(jobs, pool) + 1e-6);
    });

    /// <summary>Without compression there is nothing between the program and the proof.</summary>
    [Theory]
    [InlineData(LinearMethod.Simplex, 1e-6)]
    [InlineData(LinearMethod.FirstOrder, 0.01)]
    public void With_a_bucket_for_each_round_what_the_solver_says_is_proved(LinearMethod method, double tolerance) => TestSeed.Each(60, seed =>
    {
        var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 6, roundsMax: 6);
        var bound = RoundRelaxation.TotalLatency(jobs, pool, new RelaxationOptions { BucketsMax = 1_000, Method = method });
        Assert.Equal(1, bound.BucketRounds);
        Assert.Equal(bound.Relaxed, bound.Proven, tolerance * bound.Relaxed);
    });

    [Theory]
    [InlineData(-3, 0)]
    [InlineData(0, 2)]
    public void A_wrong_relaxation_is_caught(int moreRoom, int moreHeld)
    {
        var (latency, weight) = (0, 0);
        for (var seed = 1UL; seed <= 200; seed++)
        {
            BoundJob Wrong(BoundJob job) => BoundJob.InTheory(job.ArrivalRound, job.Kv.HeldTokens + moreHeld, job.Rounds);
            var (jobs, pool) = SmallJobs.Draw(seed, jobsMax: 6, roundsMax: 6);
            var bound = RoundRelaxation.TotalLatency([.. jobs.Select(Wrong)], pool + moreRoom, Options(seed));
            latency += bound.Proven > HindsightOptimum.TotalLatency(jobs, pool) + 1e-6 ? 1 : 0;
            var (due, room) = SmallJobs.DrawDue(seed, jobsMax: 6, roundsMax: 6);
            var most = RoundRelaxation.WeightInTime([.. due.Select(one => one with { Job = Wrong(one.Job) })], room + moreRoom, Options(seed));
            weight += most.Proven < RoundProgram.WeightInTime(due, room) - 1e-6 ? 1 : 0;
        }

        output.WriteLine($"latency tells in {latency} of 200 instances, weight in {weight}");
        Assert.True(latency > 5 && weight > 5, $"{latency} and {weight} of 200 instances tell");
    }

    /// <summary>The figures of docs/bounds.md, section 5.</summary>
    [Theory]
    [InlineData(300, 1, 0.9)]
    [InlineData(300, 4, 0.9)]
    [InlineData(300, 8, 0.85)]
    [InlineData(300, 10, 0.85)]
    [InlineData(300, 12, 0.9)]
    [InlineData(1_000, 8, 0.8)]
    [InlineData(2_000, 8, 0.8)]
    public void Hundreds_of_jobs_are_bound_at_least_as_well_as_by_the_simple_bounds(int count, int spread, double least)
    {
        var (jobs, pool) = Middle(count, spread);
        var watch = Stopwatch.StartNew();
        var bound = RoundRelaxation.TotalLatency(jobs, pool);
        var (seconds, greedy, simple) = (watch.Elapsed.TotalSeconds, GreedyRounds.TotalLatency(jobs, pool), LatencyBound.Best(jobs, pool));
        output.WriteLine($"{count} jobs, spread {spread}: {bound}, {seconds:0.0} s");
        output.WriteLine($"{bound.Proven / greedy:0.0 %} of smallest volume first; {simple.Name} {simple.TotalRounds / greedy:0.0 %}");
        Assert.InRange(bound.Proven, Math.Max(simple.TotalRounds, least * greedy), greedy);
    }

    [Fact]
    public void Nothing_and_no_memory()
    {
        Assert.Equal(0, RoundRelaxation.TotalLatency([], 10).Proven);
        Assert.Equal(0, RoundRelaxation.WeightInTime([], 10).Proven);
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundRelaxation.TotalLatency([], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => RoundRelaxation.TotalLatency([], 10, new RelaxationOptions { BucketsMax = 0 }));
    }

    /// <summary>Fine and coarse, and every eighth by first-order steps.</summary>
    private static RelaxationOptions Options(ulong seed) => new()
    {
        BucketsMax = 1 + (int)(seed * 7 % 30),
        Method = seed % 8 == 0 ? LinearMethod.FirstOrder : LinearMethod.Simplex,
    };

    private static (BoundJob[] Jobs, long Pool) Middle(int count, int spread)
    {
        var (random, round) = (new RandomStream(7, "middle"), 0);
        BoundJob Next() => BoundJob.InTheory(round += random.NextInt(spread), 20 + random.NextInt(200), 10 + random.NextInt(190));
        return ([.. Enumerable.Range(0, count).Select(_ => Next())], 4_000);
    }
}
