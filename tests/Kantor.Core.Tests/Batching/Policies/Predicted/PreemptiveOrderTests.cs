using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Batching.Policies.Predicted;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Predicted;

/// <summary>ssjf, ltr, trail and fastserve: who is served, and who gives way to whom.</summary>
public class PreemptiveOrderTests
{
    [Fact]
    public void Ssjf_serves_the_shortest_belief_first_and_stops_nobody()
    {
        Job[] jobs = [Job(0, 0, 4, 30), Job(1, 1, 4, 9), Job(2, 1, 4, 5), Job(3, 1, 4, 7)];
        var run = Run(new SsjfPlanner(), jobs, running: 1).ToEnd();
        Assert.Equal([0, 2, 3, 1], Starts(run));
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
    }

    [Fact]
    public void Ltr_serves_who_ranks_first_running_or_not()
    {
        Job[] jobs = [Job(0, 0, 4, 30), Job(1, 3, 4, 9)];
        var run = Run(new LtrPlanner(), jobs, running: 1).ToEnd();
        Assert.Equal((3, 11, 1), (run.Traces[1].FirstStep, run.Traces[1].EndStep, run.Traces[0].Preemptions));
        // Nobody gives way where both have room, or to one who ranks behind.
        Assert.Equal(0, Run(new LtrPlanner(), jobs, running: 2).ToEnd().Scheduler.Counters.Preemptions);
        Assert.Equal(0, Run(new LtrPlanner(), [Job(0, 0, 4, 30), Job(1, 3, 4, 31)], running: 1).ToEnd().Scheduler.Counters.Preemptions);
    }

    /// <summary>Only the order of the beliefs counts: any increasing function of them gives the same plans.</summary>
    [Fact]
    public void Ltr_knows_no_more_than_ranks() => TestSeed.Each(10, seed =>
    {
        var random = new RandomStream(seed, "ranks");
        var jobs = Enumerable.Range(0, 40).Select(id => Job(id, id / 2, 1 + random.NextInt(20), 1 + random.NextInt(30))).ToList();
        long[] Ends(IEnumerable<Job> ranked) => [.. Run(new LtrPlanner(), ranked).ToEnd().Traces.OrderBy(entry => entry.Key).Select(entry => (long)entry.Value.EndStep!.Value)];
        Assert.Equal(Ends(jobs), Ends(jobs.Select(job => job with { Class = 100 + (job.Class * job.Class) })));
    });

    [Fact]
    public void Who_starves_goes_first_for_its_period_and_no_longer()
    {
        // One long one, and short ones that come before it again and again.
        Job[] jobs = [Job(0, 0, 4, 40), .. Enumerable.Range(1, 60).Select(id => Job(id, (id - 1) * 4, 4, 4))];
        Assert.Null(Until(100, new LtrPlanner(), jobs).Traces[0].FirstStep);
        var run = Until(100, new LtrPlanner(new LtrOptions { StarveSteps = 20, PeriodSteps = 5 }), jobs);
        // It starves once by step 20, runs 5 steps, gives way, and starves again.
        Assert.Equal(20, run.Traces[0].FirstStep!.Value, 1.0);
        Assert.InRange(run.Traces[0].Generated, 15, 25);
        Assert.InRange(run.Traces[0].Preemptions, 3, 4);
    }

    [Fact]
    public void Trail_lets_the_young_give_way_and_shields_the_old()
    {
        // After 10 of 40 tokens it gives way to one of 9; after 33, with more than 0.8 of its length, it does not, though one of 2 is shorter.
        Assert.Equal(1, Trail(0.8, comes: 10, length: 9).Preemptions);
        Assert.Equal(0, Trail(0.8, comes: 33, length: 2).Preemptions);
        Assert.Equal(1, Trail(1, comes: 33, length: 2).Preemptions);
        Assert.Equal(0, Trail(0, comes: 10, length: 9).Preemptions);
        // The remainder counts: with 7 of 40 to come it stays before one of 9.
        Assert.Equal(0, Trail(1, comes: 33, length: 9).Preemptions);
    }

    /// <summary>The source: late preemption wastes memory. Where it binds, limiting preemption computes less again.</summary>
    [Fact]
    public void Limited_preemption_computes_less_again_than_without_limit()
    {
        var random = new RandomStream(8, "trail");
        var jobs = Enumerable.Range(0, 300).Select(id => Job(id, id * 2, 5 + random.NextInt(10), 2 + random.NextInt(30))).ToList();
        long Recomputed(double share) => Run(new TrailPlanner(new TrailOptions { PreemptibleShare = share }), jobs, pool: 150).ToEnd().Scheduler.Counters.RecomputedTokens;
        Assert.True(Recomputed(0.2) < Recomputed(0.5) && Recomputed(0.5) < Recomputed(0.8), $"{Recomputed(0.2)} {Recomputed(0.5)} {Recomputed(0.8)}");
    }

    [Fact]
    public void Fastserve_demotes_who_has_used_its_quantum_up_and_lets_it_give_way()
    {
        // A step takes 1 ms, a quantum 5: job 0 is demoted in step 5, when job 1 waits.
        Job[] jobs = [Job(0, 0, 4, 30), Job(1, 2, 4, 4), Job(2, 2, 4, 12)];
        var run = Run(new FastServePlanner(new FastServeOptions { QuantumMs = 5 }), jobs, running: 1).ToEnd();
        Assert.Equal((5, 8), (run.Traces[1].FirstStep, run.Traces[1].EndStep));
        // Job 2 has its first 5 ms, then stands behind job 0 in the second queue, which has 10.
        Assert.Equal(9, run.Traces[2].FirstStep);
        Assert.True(run.Traces[0].EndStep > run.Traces[2].EndStep);
    }

    [Fact]
    public void Without_belief_it_serves_short_requests_sooner_than_order_of_arrival()
    {
        var random = new RandomStream(4, "mlfq");
        var jobs = Enumerable.Range(0, 300).Select(id => Job(id, id / 2, 3, id % 8 == 0 ? 80 : 1 + random.NextInt(6))).ToList();
        double Mean(IBatchPlanner planner) => MeanLatency(Run(planner, jobs, pool: 120).ToEnd(), jobs);
        Assert.True(Mean(new FastServePlanner()) < 0.7 * Mean(new McBenchmarkPlanner()), $"{Mean(new FastServePlanner())} {Mean(new McBenchmarkPlanner())}");
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_prompt_that_a_quantum_does_not_cover_skips_the_queue(bool skips, int first)
    {
        // A token of a prompt takes 1 ms: 40 tokens belong to the queue of 40 ms.
        var view = new ViewBuilder { StepTokensMax = 100 };
        view.Running(prompt: 4, generated: 2);
        var (longest, shortest) = (view.Waiting(prompt: 40), view.Waiting(prompt: 4));
        var granted = view.Plan(new FastServePlanner(new FastServeOptions { SkipJoin = skips, PrefillUsPerToken = 1_000 })).Grants.ToArray().Select(grant => grant.Row).Where(row => row != 0).ToArray();
        Assert.Equal(first == 1 ? [longest, shortest] : [shortest, longest], granted);
    }

    [Fact]
    public void Who_waits_for_too_long_goes_back_to_the_first_queue()
    {
        Job[] jobs = [Job(0, 0, 4, 40), .. Enumerable.Range(1, 120).Select(id => Job(id, id * 4, 4, 4))];
        var options = new FastServeOptions { QuantumMs = 5 };
        // Demoted after 5 steps, it waits while fresh ones come; promoted after 60 ms, it gets a quantum again and again.
        Assert.InRange(Until(300, new FastServePlanner(options with { PromoteMs = null }), jobs).Traces[0].Generated, 5, 6);
        Assert.InRange(Until(300, new FastServePlanner(options with { PromoteMs = 60 }), jobs).Traces[0].Generated, 15, 40);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LtrPlanner(new LtrOptions { StarveSteps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LtrPlanner(new LtrOptions { PeriodSteps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrailPlanner(new TrailOptions { PreemptibleShare = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FastServePlanner(new FastServeOptions { QuantumMs = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FastServePlanner(new FastServeOptions { PrefillUsPerToken = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FastServePlanner(new FastServeOptions { Growth = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FastServePlanner(new FastServeOptions { PromoteMs = 0 }));
    }

    private static JobTrace Trail(double share, int comes, int length) =>
        Run(new TrailPlanner(new TrailOptions { PreemptibleShare = share }), [Job(0, 0, 4, 40), Job(1, comes, 4, length)], running: 1).ToEnd().Traces[0];

    private static ReplicaRun Until(int step, IBatchPlanner planner, Job[] jobs)
    {
        var run = Run(planner, jobs, running: 1);
        while (run.Step < step) run.Advance();
        return run;
    }
}
