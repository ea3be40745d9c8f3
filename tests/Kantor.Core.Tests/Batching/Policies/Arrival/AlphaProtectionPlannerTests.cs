using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Arrival;

public class AlphaProtectionPlannerTests
{
    [Theory]
    [InlineData(0.3, 4)]
    [InlineData(0.1, 5)]
    public void What_is_held_stays_within_the_unprotected_share(double protection, int started)
    {
        // Pool 100, prompts of 17: four hold 68, five 85.
        var jobs = Enumerable.Range(0, 6).Select(id => Job(id, 0, 17, 2));
        var run = Run(new AlphaProtectionPlanner(new AlphaProtectionOptions { Protection = protection }), jobs);
        run.Advance();
        Assert.Equal(started, Starts(run).Length);
    }

    [Fact]
    public void When_KV_runs_out_all_are_cleared_and_begin_anew_in_order_of_arrival()
    {
        // Four hold 64 of 100 and need 10 each, so that the pool is full in the tenth step.
        var jobs = Enumerable.Range(0, 4).Select(id => Job(id, 0, 16, 40)).ToList();
        var run = Run(new AlphaProtectionPlanner(), jobs);
        while (run.Scheduler.Counters.Preemptions == 0) run.Advance();
        Assert.All(run.Traces.Values, trace => Assert.Equal(1, trace.Preemptions));
        Assert.Equal(4, run.Scheduler.RunningCount + run.Scheduler.WaitingCount);
        run.ToEnd();
        // Whoever came first ends first, or together: progress does not change the order.
        Assert.Equal(jobs.Select(job => run.Traces[job.Id].EndStep!.Value).Order(), jobs.Select(job => run.Traces[job.Id].EndStep!.Value));
    }

    [Fact]
    public void With_a_probability_some_are_cleared_and_the_seed_says_who()
    {
        int[] Cleared(int seed)
        {
            var jobs = Enumerable.Range(0, 8).Select(id => Job(id, 0, 9, 40)).ToList();
            var run = Run(new AlphaProtectionPlanner(new AlphaProtectionOptions { Clearing = 0.3, Seed = seed }), jobs);
            while (run.Scheduler.Counters.Preemptions == 0) run.Advance();
            return [.. run.Traces.Where(entry => entry.Value.Preemptions > 0).Select(entry => (int)entry.Key)];
        }

        var drawn = Enumerable.Range(0, 200).Select(Cleared).ToArray();
        Assert.Equal(drawn[7], Cleared(7));
        Assert.True(drawn.Distinct().Count() > 20);
        // Once more when the first draw clears nobody: the mean of a binomial of 8 and 0.3, given that it is not 0, is 2.4 / (1 - 0.7^8).
        Assert.InRange(drawn.Average(rows => rows.Length), 2.4 / (1 - Math.Pow(0.7, 8)) - 0.35, (2.4 / (1 - Math.Pow(0.7, 8))) + 0.35);
    }

    /// <summary>What the source says of it: it loses to shortest first with lookahead, and it alone computes again what it cleared.</summary>
    [Fact]
    public void It_loses_to_lookahead_with_the_shortest_first_where_memory_is_scarce()
    {
        var random = new RandomStream(3, "alpha");
        var jobs = Enumerable.Range(0, 120).Select(id => Job(id, id / 2, 5 + random.NextInt(5), 5 + random.NextInt(30))).ToList();
        var (greedy, looking) = (Run(new AlphaProtectionPlanner(), jobs).ToEnd(), Run(new McSfPlanner(), jobs).ToEnd());
        Assert.True(greedy.Scheduler.Counters.RecomputedTokens > 0);
        Assert.Equal(0, looking.Scheduler.Counters.RecomputedTokens);
        Assert.True(MeanLatency(looking, jobs) < MeanLatency(greedy, jobs), $"{MeanLatency(looking, jobs)}, {MeanLatency(greedy, jobs)}");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new AlphaProtectionPlanner(new AlphaProtectionOptions { Protection = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AlphaProtectionPlanner(new AlphaProtectionOptions { Clearing = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AlphaProtectionPlanner(new AlphaProtectionOptions { Seed = -1 }));
    }
}
