using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Batching.Policies.Volume;

public class SvfPlannerTests
{
    private static readonly SvfOptions NoAging = new() { AgingShare = null };

    /// <summary>Knows the truth, to separate the rule from its beliefs: the length is the request's class.</summary>
    private sealed class ClassIsLength : ILengthPredictor
    {
        public string Name => "class-is-length";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => new(query.Request.Class.Value, query.Request.Class.Value);
    }

    private sealed class MeanAndUpper(int mean, int upper) : ILengthPredictor
    {
        public string Name => "mean-and-upper";

        public PolicyState NewState() => new();

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => new(Math.Max(mean, query.GeneratedTokens + 1), upper);
    }

    [Fact]
    public void The_smallest_believed_volume_goes_first_and_ids_break_ties()
    {
        var view = new ViewBuilder { StepTokensMax = 100 };
        view.Waiting(prompt: 10, believed: 20);
        view.Waiting(prompt: 40, believed: 2);
        view.Waiting(prompt: 10, believed: 5);
        view.Waiting(prompt: 10, believed: 5);
        Assert.Equal([2, 3, 1, 0], view.Plan(new SvfPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void A_preempted_request_goes_before_smaller_ones()
    {
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 10, believed: 5);
        view.Waiting(prompt: 60, believed: 50, generated: 20, preemptions: 1);
        Assert.Equal([1, 0], view.Plan(new SvfPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void A_request_waits_while_the_believed_peak_of_all_does_not_fit()
    {
        // When row 0 ends, after 24 rounds, it holds 9 + 24 tokens and row 1 would hold 30 + 24; the pool has 80.
        var view = new ViewBuilder { KvBlocksTotal = 20 };
        view.Running(prompt: 8, generated: 1, believed: 25);
        view.Waiting(prompt: 30, believed: 40);
        Assert.Equal([0], view.Plan(new SvfPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void It_counts_that_others_end_before_the_peak()
    {
        // Row 0 ends within 4 rounds and makes room; the sum of the peaks, 36 + 60 tokens, would be over 80.
        var view = new ViewBuilder { KvBlocksTotal = 20 };
        view.Running(prompt: 32, generated: 1, believed: 5);
        view.Waiting(prompt: 12, believed: 48);
        Assert.Equal([0, 1], view.Plan(new SvfPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Fact]
    public void Alone_a_request_runs_whatever_is_believed()
    {
        var view = new ViewBuilder { KvBlocksTotal = 10 };
        view.Waiting(prompt: 38, believed: 50, outputMax: 50);
        Assert.Equal([0], view.Plan(new SvfPlanner()).Grants.ToArray().Select(grant => grant.Row));
    }

    [Theory]
    [InlineData(true, new long[] { 0, 2 })]
    [InlineData(false, new long[] { 0 })]
    public void Behind_a_request_that_does_not_fit_a_larger_one_is_backfilled_if_it_does_not_delay_it(bool backfilling, long[] started)
    {
        // Pool 100. Job 0 holds 60 for 30 rounds. Job 1 (50 + 1, volume 51) must wait for its end; job 2 (5 + 9) fits beside job 0.
        var jobs = new[] { Truth(0, 0, 60, 30), Truth(1, 1, 50, 1), Truth(2, 1, 5, 9) };
        var run = Run(NoAging with { Backfilling = backfilling }, jobs);
        run.Advance();
        run.Advance();
        Assert.Equal(started, run.Traces.Where(entry => entry.Value.FirstStep is not null).Select(entry => entry.Key));
    }

    [Fact]
    public void A_request_that_would_delay_the_reserved_start_is_not_backfilled__INV_SVF_1()
    {
        // Pool 100. Job 0 grows from 60 to 80 in 20 rounds; job 1 (95 + 2) can start only when it has ended.
        Job[] blocked = [Truth(0, 0, 60, 20), Truth(1, 1, 95, 2)];
        var ends = Truth(2, 1, 10, 12);
        var stays = Truth(3, 1, 1, 25);
        var alone = Run(NoAging, blocked).ToEnd().Traces[1].FirstStep;

        var harmless = Run(NoAging, [.. blocked, ends]).ToEnd();
        Assert.Equal((1, alone), (harmless.Traces[2].FirstStep, harmless.Traces[1].FirstStep));

        // Job 3 fits beside job 0 too, but would still be there when job 1 is to start.
        Assert.Equal(1, Run(NoAging, [blocked[0], stays]).ToEnd().Traces[3].FirstStep);
        var harmful = Run(NoAging, [.. blocked, stays]).ToEnd();
        Assert.Equal(alone, harmful.Traces[1].FirstStep);
        Assert.True(harmful.Traces[3].FirstStep >= alone);
    }

    [Fact]
    public void Backfilling_never_delays_the_blocked_request_when_beliefs_are_true__G8_INV_SVF_1()
    {
        var backfilled = 0;
        TestSeed.Each(60, seed =>
        {
            var random = new RandomStream(seed, "backfill");
            var jobs = new List<Job> { Truth(0, 0, 40 + random.NextInt(30), 10 + random.NextInt(20)), Truth(1, 1, 60, 1) };
            for (var id = 2; id < 8; id++) jobs.Add(Truth(id, 1, 1 + random.NextInt(20), 20 + random.NextInt(40)));
            var (without, with) = (Run(NoAging with { Backfilling = false }, jobs).ToEnd(), Run(NoAging, jobs).ToEnd());
            Assert.True(with.Traces[1].FirstStep <= without.Traces[1].FirstStep);
            backfilled += with.Traces.Count(entry => entry.Key > 1 && entry.Value.FirstStep < with.Traces[1].FirstStep);
        });

        Assert.True(backfilled > 20, $"{backfilled} backfilled");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_blocked_request_lets_no_more_pass_than_it_is_told(int overtakesMax)
    {
        // Pool 100. Job 0 grows from 40 to 60; job 1 (70 + 1) waits for its end; three of 1 + 12 fit beside job 0 and end before it.
        Job[] jobs = [Truth(0, 0, 40, 20), Truth(1, 1, 70, 1), Truth(2, 1, 1, 12), Truth(3, 2, 1, 12), Truth(4, 3, 1, 12)];
        var traces = Run(NoAging with { OvertakesMax = overtakesMax }, jobs).ToEnd().Traces;
        Assert.Equal(overtakesMax, Enumerable.Range(2, 3).Count(id => traces[id].FirstStep < traces[1].FirstStep));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 30)]
    public void Memory_is_planned_for_the_mean_belief_or_for_the_upper_one_as_told(bool upper, int starts)
    {
        // Pool 100. Two of 20 + 30 tokens fit together, as the mean believes; two of 20 + 60 do not.
        Job[] jobs = [Jobs.Plain(0, 0, 20, 30, 60), Jobs.Plain(1, 1, 20, 30, 60)];
        var run = new ReplicaRun(
            new SvfPlanner(NoAging with { PlansForUpperBelief = upper }),
            new BatchLimits { StepTokensMax = 1000, RunningMax = 100 },
            new KvLedgerOptions { BlocksTotal = 100, BlockSizeTokens = 1, PrefixCaching = false },
            jobs,
            new MeanAndUpper(30, 60));
        Assert.Equal(starts, run.ToEnd().Traces[1].FirstStep);
    }

    [Fact]
    public void A_prefix_that_running_requests_share_is_counted_once()
    {
        // 12 blocks each, of which 9 are one prefix: together 9 + 3 · 3 of 20 blocks and a little growth; counted for each they would be 36.
        var jobs = Enumerable.Range(0, 3).Select(id => new Job(id, id, [.. Enumerable.Range(0, 40).Select(i => i < 36 ? i : (1000 * (id + 1)) + i)], 8, 8, Class: 8));
        var run = new ReplicaRun(
            new SvfPlanner(NoAging),
            new BatchLimits { StepTokensMax = 1000, RunningMax = 100 },
            new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 4 },
            jobs,
            new ClassIsLength());
        Assert.Equal([0, 1, 2], run.ToEnd().Traces.Values.Select(trace => trace.FirstStep!.Value));
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
    }

    [Fact]
    public void A_shared_prefix_whose_first_owner_is_gone_is_in_use_for_good()
    {
        // Job 0 leaves 9 blocks to jobs 1 and 2, which hold 3 more each: 15 of 20, and job 3 needs 7.
        int[] Prompt(int id) => [.. Enumerable.Range(0, 40).Select(i => i < 36 ? i : (1000 * (id + 1)) + i)];
        Job[] jobs = [new(0, 0, Prompt(0), 2, 2, Class: 2), new(1, 1, Prompt(1), 8, 8, Class: 8), new(2, 1, Prompt(2), 8, 8, Class: 8), Truth(3, 3, 20, 8)];
        var run = new ReplicaRun(
            new SvfPlanner(NoAging),
            new BatchLimits { StepTokensMax = 1000, RunningMax = 100 },
            new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 4 },
            jobs,
            new ClassIsLength()).ToEnd();
        Assert.Equal((1, 1, 9), (run.Traces[1].FirstStep, run.Traces[2].FirstStep, run.Traces[3].FirstStep));
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
    }

    [Fact]
    public void With_aging_nobody_waits_for_ever_behind_smaller_requests__G7_INV_SVF_2()
    {
        Assert.NotNull(UnderAStreamOfSmallRequests(new SvfOptions()).FirstStep);
        Assert.Null(UnderAStreamOfSmallRequests(NoAging).FirstStep);
    }

    [Fact]
    public void It_beats_first_come_first_served_on_mean_latency_when_lengths_differ()
    {
        var jobs = new List<Job>();
        var random = new RandomStream(11, "mixed");
        for (var id = 0; id < 150; id++) jobs.Add(Truth(id, 0, random.NextInt(5) == 0 ? 50 : 3 + random.NextInt(5), 2 + random.NextInt(20)));
        var (svf, fcfs) = (Run(NoAging, jobs).ToEnd(), Run(new FcfsPlanner(), jobs).ToEnd());
        var (svfMean, fcfsMean) = (svf.Traces.Values.Average(trace => trace.EndStep!.Value), fcfs.Traces.Values.Average(trace => trace.EndStep!.Value));
        Assert.True(svfMean < 0.85 * fcfsMean, $"svf {svfMean}, fcfs {fcfsMean}");
        Assert.Equal(0, svf.Scheduler.Counters.Preemptions);
    }

    [Fact]
    public void With_true_beliefs_nobody_is_ever_preempted__INV_SVF_3()
    {
        TestSeed.Each(20, seed =>
        {
            var jobs = Jobs.Random(seed, 60, 60).Select(job => job with { Class = job.OutputTokens }).ToList();
            var (limits, kv) = Jobs.Tight(seed, 60);
            var run = new ReplicaRun(new SvfPlanner(), limits with { StepTokensMax = 1000 }, kv with { PrefixCaching = false, SequencesMax = null }, jobs, new ClassIsLength());
            Assert.Equal(0, run.ToEnd().Scheduler.Counters.Preemptions);
        });
    }

    [Fact]
    public void A_view_that_no_event_announced_is_planned_like_any_other()
    {
        var view = new ViewBuilder();
        for (var i = 0; i < 40; i++) view.Waiting(prompt: 1 + (i * 7 % 40), believed: 3);
        var planner = new SvfPlanner();
        Assert.Equal(view.Plan(planner).Grants.ToArray(), view.Plan(planner).Grants.ToArray());
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvfPlanner(new SvfOptions { AgingShare = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvfPlanner(new SvfOptions { AgingShare = double.NaN }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvfPlanner(new SvfOptions { BackfillDepth = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SvfPlanner(new SvfOptions { OvertakesMax = 0 }));
    }

    private static Job Truth(int id, int arrivalStep, int prompt, int output) => Jobs.Plain(id, arrivalStep, prompt, output) with { Class = output };

    private static ReplicaRun Run(SvfOptions options, IEnumerable<Job> jobs) => Run(new SvfPlanner(options), jobs);

    private static ReplicaRun Run(IBatchPlanner planner, IEnumerable<Job> jobs) => new(
        planner,
        new BatchLimits { StepTokensMax = 1000, RunningMax = 100 },
        new KvLedgerOptions { BlocksTotal = 100, BlockSizeTokens = 1, PrefixCaching = false },
        jobs,
        new ClassIsLength());

    private static JobTrace UnderAStreamOfSmallRequests(SvfOptions options)
    {
        var jobs = new List<Job> { Truth(0, 1, 60, 20) };
        for (var step = 0; step < 3000; step++) jobs.Add(Truth(step + 1, step, 10, 10));
        var run = new ReplicaRun(
            new SvfPlanner(options),
            new BatchLimits { StepTokensMax = 1000, RunningMax = 100 },
            new KvLedgerOptions { BlocksTotal = 100, BlockSizeTokens = 1, PrefixCaching = false },
            jobs,
            new ClassIsLength())
        {
            Verifies = false,
        };
        while (run.Step < 3000) run.Advance();
        return run.Traces[0];
    }
}
