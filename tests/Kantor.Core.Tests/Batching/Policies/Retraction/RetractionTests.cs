using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Batching.Policies.Retraction;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Laws;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Retraction;

/// <summary>sglang and infermax: what room they keep, and who gives way.</summary>
public class RetractionTests
{
    [Fact]
    public void Sglang_keeps_room_for_a_share_of_what_running_requests_may_generate()
    {
        // 400 tokens, 16 of them row 0's; it may generate 96 more, of which 0.699 are 67.1, so 316.9 are left for a prompt and all its output.
        static int[] Rows(int outputMax, double conservativeness = 1)
        {
            var view = new ViewBuilder { StepTokensMax = 300 };
            view.Running(prompt: 9, generated: 4, outputMax: 100);
            view.Waiting(prompt: 100, outputMax: outputMax);
            return [.. view.Plan(new SglangPlanner(new SglangOptions { Conservativeness = conservativeness })).Grants.ToArray().Select(grant => grant.Row)];
        }

        Assert.Equal([0, 1], Rows(216));
        Assert.Equal([0], Rows(217));
        Assert.Equal([0], Rows(216, conservativeness: 1.1));
    }

    /// <summary>
    /// Partial eviction without a plan that says it: the blocks of who gives way go into the cache, others take them from its tail, and what
    /// is left is found when it comes back.
    /// </summary>
    [Fact]
    public void Infermax_victims_lose_only_what_others_take() => TestSeed.Each(5, seed =>
    {
        (long Recomputed, long Refound) Run(bool caches)
        {
            var random = new RandomStream(seed, "partial");
            Job[] jobs = [.. Enumerable.Range(0, 40).Select(id => Jobs.Plain(id, id, 10 + random.NextInt(40), 10 + random.NextInt(40)))];
            var kv = new KvLedgerOptions { BlocksTotal = 40, BlockSizeTokens = 4, PrefixCaching = caches };
            var counters = new ReplicaRun(new InfermaxPlanner(), new BatchLimits { StepTokensMax = 64, RunningMax = 8 }, kv, jobs).ToEnd().Scheduler.Counters;
            Assert.True(counters.Preemptions > 0, "nobody gave way");
            return (counters.RecomputedTokens, counters.PrefixRefoundTokens);
        }

        var (with, without) = (Run(caches: true), Run(caches: false));
        Assert.Equal(0, without.Refound);
        Assert.True(with.Refound > 0);
        Assert.True(with.Recomputed < without.Recomputed, $"{with} and {without}");
    });

    [Fact]
    public void ACC_15c_retracted_are_the_fewest_outputs_and_of_equals_the_longest_prompts()
    {
        // The pool is full; each of the four decodes needs a block of one token.
        var view = new ViewBuilder { BlockSizeTokens = 1, KvBlocksTotal = 57, KvBlocksAvailable = 0 };
        view.Running(prompt: 10, generated: 9);
        view.Running(prompt: 8, generated: 3);
        view.Running(prompt: 12, generated: 3);
        view.Running(prompt: 6, generated: 10);
        Assert.Equal([2], view.Plan(new SglangPlanner()).Preemptions.ToArray());
        var fuller = new ViewBuilder { BlockSizeTokens = 1, KvBlocksTotal = 40, KvBlocksAvailable = 0 };
        fuller.Running(prompt: 1, generated: 9);
        fuller.Running(prompt: 1, generated: 2);
        fuller.Running(prompt: 1, generated: 3);
        Assert.Equal([1], fuller.Plan(new SglangPlanner()).Preemptions.ToArray());
    }

    [Fact]
    public void ACC_15c_the_ratio_falls_from_step_to_step_and_rises_after_a_retraction()
    {
        var planner = new SglangPlanner();
        var state = (SglangState)planner.NewState();
        Assert.Equal(0.7, state.Ratio, 9);
        for (var step = 0; step < 300; step++) Plan(planner, state, blocksAvailable: 40);
        Assert.Equal((0.7 + (0.14 * 0.7)) / 2, state.Ratio, 9);
        for (var step = 0; step < 500; step++) Plan(planner, state, blocksAvailable: 40);
        Assert.Equal(0.14 * 0.7, state.Ratio, 9);
        // Of the two, one with 30 outputs stays: (30 + 20) / 100.
        Plan(planner, state, blocksAvailable: 0);
        Assert.Equal(0.5, state.Ratio, 9);
        Plan(planner, state, blocksAvailable: 40);
        Assert.True(state.Ratio < 0.5);

        static void Plan(SglangPlanner planner, SglangState state, int blocksAvailable)
        {
            var view = new ViewBuilder { BlockSizeTokens = 1, KvBlocksTotal = 100, KvBlocksAvailable = blocksAvailable };
            view.Running(prompt: 10, generated: 30);
            view.Running(prompt: 10, generated: 20);
            planner.Plan(view.View(), state, new BatchPlan());
        }
    }

    [Fact]
    public void ACC_15c_in_steady_load_somebody_always_runs_and_nobody_is_retracted_more_than_three_times()
    {
        var random = new RandomStream(6, "steady");
        var jobs = Enumerable.Range(0, 400).Select(id => Jobs.Plain(id, id * 5, 5 + random.NextInt(20), 60 + random.NextInt(40), 100)).ToList();
        var run = Run(new SglangPlanner(), jobs, pool: 400);
        while (!run.IsOver)
        {
            run.Advance();
            Assert.True(run.Scheduler.RunningCount > 0 || run.Scheduler.WaitingCount == 0);
        }

        Assert.True(run.Scheduler.Counters.Preemptions > 10, $"only {run.Scheduler.Counters.Preemptions} were retracted");
        Assert.InRange(run.Traces.Values.Max(trace => trace.Preemptions), 1, 3);
    }

    [Fact]
    public void A_step_allocates_nothing_once_its_batch_has_grown__INV_RUN_10() =>
        AllocationLaws.AStepAllocatesNothing(new SglangPlanner(), warmUpSteps: 1_100, steps: 300, log: null);

    [Fact]
    public void Infermax_gambles_on_short_prompts_and_keeps_room_for_long_ones()
    {
        // Long prompts, of 32 to 63, came to 100 in all so far; 80 blocks are free.
        static int[] Rows(int prompt)
        {
            var planner = new InfermaxPlanner(new InfermaxOptions { LongTokens = 32 });
            var state = planner.NewState();
            state.Arrived(Facts(50), 7);
            state.Ended(Facts(50), 7, new RequestEnd(RequestOutcome.Stopped, 50, 0));
            var view = new ViewBuilder { BlockSizeTokens = 1, KvBlocksTotal = 100, KvBlocksAvailable = 80, StepTokensMax = 200 };
            view.Running(prompt: 18, generated: 2);
            view.Waiting(prompt: prompt);
            var plan = new BatchPlan();
            planner.Plan(view.View(), state, plan);
            return [.. plan.Grants.ToArray().Select(grant => grant.Row)];
        }

        Assert.Equal([0, 1], Rows(31));
        Assert.Equal([0], Rows(40));
        // Of 64 and more nothing is known yet, so the prompt alone counts.
        Assert.Equal([0, 1], Rows(64));
    }

    [Fact]
    public void Infermax_evicts_the_least_computed_unless_told_otherwise()
    {
        static int[] Victims(VictimOrder order)
        {
            var view = new ViewBuilder { BlockSizeTokens = 1, KvBlocksTotal = 60, KvBlocksAvailable = 0 };
            view.Running(prompt: 5, generated: 3);
            view.Running(prompt: 30, generated: 3);
            view.Running(prompt: 15, generated: 3);
            return view.Plan(new InfermaxPlanner(new InfermaxOptions { Victim = order })).Preemptions.ToArray();
        }

        Assert.Equal((0, 1, 2), (Victims(VictimOrder.LeastComputed)[0], Victims(VictimOrder.MostComputed)[0], Victims(VictimOrder.Newest)[0]));
    }

    /// <summary>How many fewer is told for the source's workload in the acceptance tests of preemption.</summary>
    [Fact]
    public void The_least_computed_as_victims_compute_fewer_tokens_again_than_the_newest()
    {
        var (least, newest) = (0L, 0L);
        for (var seed = 0UL; seed < 5; seed++)
        {
            var random = new RandomStream(seed, "mixed");
            var jobs = Enumerable.Range(0, 200).Select(id => Jobs.Plain(id, 0, random.NextInt(4) == 0 ? 60 + random.NextInt(60) : 3 + random.NextInt(10), 10 + random.NextInt(40))).ToList();
            long Recomputed(VictimOrder order) => Run(new InfermaxPlanner(new InfermaxOptions { Victim = order }), jobs, pool: 600, stepTokens: 64).ToEnd().Scheduler.Counters.RecomputedTokens;
            (least, newest) = (least + Recomputed(VictimOrder.LeastComputed), newest + Recomputed(VictimOrder.Newest));
        }

        Assert.True(least < 0.9 * newest, $"{least} against {newest}");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SglangPlanner(new SglangOptions { Conservativeness = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SglangPlanner(new SglangOptions { ClipTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SglangPlanner(new SglangOptions { DecaySteps = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new InfermaxPlanner(new InfermaxOptions { LongTokens = 0 }));
    }

    private static RequestFacts Facts(int prompt) => new() { Id = new RequestId(99), PromptTokens = prompt, OutputTokensMax = 100, ArrivalUs = 0 };
}
