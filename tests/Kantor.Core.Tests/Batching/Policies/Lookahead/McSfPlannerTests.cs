using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Lookahead;

public class McSfPlannerTests
{
    [Fact]
    public void The_shortest_believed_output_goes_first_whatever_the_prompt_and_ids_break_ties()
    {
        var view = new ViewBuilder { StepTokensMax = 100 };
        view.Waiting(prompt: 10, believed: 20);
        view.Waiting(prompt: 40, believed: 2);
        view.Waiting(prompt: 10, believed: 5);
        view.Waiting(prompt: 10, believed: 5);
        Assert.Equal([1, 2, 3, 0], view.Plan(new McSfPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void The_benchmark_admits_in_order_of_arrival_under_the_same_test()
    {
        // Pool 100. Two of 40 + 12 do not fit together at their ends; the third would.
        Job[] jobs = [Job(0, 0, 40, 12), Job(1, 0, 40, 12), Job(2, 0, 30, 5)];
        Assert.Equal([0, 1, 2], Starts(Run(new McBenchmarkPlanner(), jobs).ToEnd()));
        var run = Run(new McBenchmarkPlanner(), jobs);
        run.Advance();
        Assert.Equal([0], Starts(run));
        run = Run(new McSfPlanner(), jobs);
        run.Advance();
        Assert.Equal([0, 2], Starts(run));
    }

    /// <summary>The weakness that the notes name: one long prompt with a short answer stops everybody behind it, unless others may pass.</summary>
    [Theory]
    [InlineData(BackfillKind.None, 1)]
    [InlineData(BackfillKind.Skip, 5)]
    [InlineData(BackfillKind.Reserve, 3)]
    public void Who_may_start_before_the_first_that_does_not_fit_is_as_told(BackfillKind kind, int started)
    {
        // Pool 100. Job 0 grows from 50 to 60; the long prompt waits for its end. Two end in time, two stay beyond it.
        Job[] jobs = [Job(0, 0, 50, 10), Job(1, 1, 90, 1), Job(2, 1, 5, 4), Job(3, 1, 5, 5), Job(4, 1, 2, 15), Job(5, 1, 2, 16)];
        var run = Run(new McSfPlanner(new LookaheadOptions { Backfilling = kind }), jobs);
        run.Advance();
        run.Advance();
        Assert.Equal(started, Starts(run).Length);
    }

    [Fact]
    public void Backfilling_looks_no_deeper_than_told()
    {
        Job[] jobs = [Job(0, 0, 50, 10), Job(1, 1, 90, 1), .. Enumerable.Range(2, 6).Select(id => Job(id, 1, 2, 5))];
        var run = Run(new McSfPlanner(new LookaheadOptions { Backfilling = BackfillKind.Skip, BackfillDepth = 2 }), jobs);
        run.Advance();
        run.Advance();
        Assert.Equal([0, 2, 3], Starts(run));
    }

    [Fact]
    public void A_protected_share_is_left_free_over_all_lives()
    {
        // 45 + 5 each fill the pool together; not the unprotected nine tenths of it.
        Job[] jobs = [Job(0, 0, 45, 5), Job(1, 0, 45, 5)];
        Assert.Equal(0, Run(new McSfPlanner(), jobs).ToEnd().Traces[1].FirstStep);
        Assert.Equal(5, Run(new McSfPlanner(new LookaheadOptions { Protection = 0.1 }), jobs).ToEnd().Traces[1].FirstStep);
    }

    [Fact]
    public void Memory_is_planned_for_the_upper_belief_unless_told_otherwise()
    {
        Job[] jobs = [Job(0, 0, 20, 30), Job(1, 0, 20, 30)];
        int Start(LookaheadOptions options) => Run(new McSfPlanner(options), jobs, predictor: new TrueLengths(upperFactor: 2)).ToEnd().Traces[1].FirstStep!.Value;
        Assert.Equal((30, 0), (Start(new LookaheadOptions()), Start(new LookaheadOptions { PlansForUpperBelief = false })));
    }

    /// <summary>With upper bounds that hold nobody is ever preempted, for both orders and every way of backfilling.</summary>
    [Theory]
    [InlineData(BackfillKind.None, 1)]
    [InlineData(BackfillKind.Skip, 1)]
    [InlineData(BackfillKind.Reserve, 2)]
    public void With_bounds_that_hold_nobody_is_preempted__INV_SVF_3(BackfillKind kind, int upperFactor)
    {
        var options = new LookaheadOptions { Backfilling = kind };
        TestSeed.Each(15, seed =>
        {
            var jobs = Jobs.Random(seed, 60, 60).Select(job => Job((int)job.Id, job.ArrivalStep, job.Prompt.Count, job.OutputTokens)).ToList();
            foreach (var planner in new LookaheadPlanner[] { new McSfPlanner(options), new McBenchmarkPlanner(options), new OneBitSvfPlanner() })
            {
                Assert.Equal(0, Run(planner, jobs, predictor: new TrueLengths(upperFactor)).ToEnd().Scheduler.Counters.Preemptions);
            }
        });
    }

    /// <summary>The negative control of the law above: with beliefs of a third of the truth somebody is.</summary>
    [Fact]
    public void With_beliefs_that_are_too_low_somebody_is_preempted()
    {
        var jobs = Enumerable.Range(0, 8).Select(id => Jobs.Plain(id, 0, 10, 30) with { Class = 10 }).ToList();
        Assert.True(Run(new McSfPlanner(), jobs).ToEnd().Scheduler.Counters.Preemptions > 0);
    }

    [Fact]
    public void Beside_the_benchmark_the_order_pays_where_outputs_differ()
    {
        var random = new RandomStream(5, "outputs");
        var jobs = Enumerable.Range(0, 200).Select(id => Job(id, 0, 5, 1 + random.NextInt(60))).ToList();
        double Mean(LookaheadPlanner planner) => MeanLatency(Run(planner, jobs).ToEnd(), jobs);
        Assert.True(Mean(new McSfPlanner()) < 0.7 * Mean(new McBenchmarkPlanner()), $"{Mean(new McSfPlanner())} {Mean(new McBenchmarkPlanner())}");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new McSfPlanner(new LookaheadOptions { Protection = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new McBenchmarkPlanner(new LookaheadOptions { BackfillDepth = 0 }));
    }
}
