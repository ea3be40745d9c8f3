using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Tests.Batching;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>Many equal steps at once, in <see cref="ReplicaScheduler"/>, and what policies promise about them.</summary>
public class RepeatStepTests
{
    public static TheoryData<string> AllPolicies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_RUN_13_repeating_a_step_leaves_the_books_that_as_many_rounds_leave(string policy)
    {
        var repeated = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var (leaping, stepping) = (Replica(policy, seed), Replica(policy, seed));
            for (var step = 0; step < 12; step++) repeated += Advance(leaping, stepping, timesMax: 1 + (seed % 7));
            foreach (var scheduler in (ReplicaScheduler[])[leaping, stepping]) scheduler.Verify();
        }

        Assert.True(repeated > 30, $"only {repeated} steps were repeated");
    }

    [Fact]
    public void A_step_that_is_not_steady_repeats_itself_no_further()
    {
        var scheduler = Replica("fcfs", seed: 0);
        scheduler.PlanStep(0);
        Assert.Contains(scheduler.Slices.ToArray(), slice => slice.Generates && !slice.IsDecode);
        Assert.Equal(1, scheduler.RepeatableSteps(0));
        Assert.Throws<InvalidOperationException>(() => scheduler.RepeatStep(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => scheduler.RepeatStep(-1));
    }

    [Fact]
    public void Repeating_beyond_the_memory_is_an_error()
    {
        var scheduler = Alone(new FcfsPlanner(), blocks: 8);
        Assert.Equal(int.MaxValue, scheduler.RepeatableSteps(0));
        // 8 blocks of 4: the step under way is for token 5 of 32.
        scheduler.RepeatStep(27);
        Assert.Throws<InvalidOperationException>(() => scheduler.RepeatStep(1));
    }

    [Fact]
    public void A_promise_below_one_step_is_an_error_and_none_at_all_is_one() =>
        Assert.Multiple(
            () => Assert.Throws<InvalidOperationException>(() => Alone(new Promising(0), blocks: 8).RepeatableSteps(0)),
            () => Assert.Equal(3, Alone(new Promising(3), blocks: 8).RepeatableSteps(0)),
            () => Assert.Equal(1, Alone(new Silent(), blocks: 8).RepeatableSteps(0)));

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void While_nobody_waits_every_policy_promises_without_limit_or_until_its_slice_is_over(string policy)
    {
        var builder = new ViewBuilder();
        builder.Running(prompt: 6, generated: 3);
        builder.Running(prompt: 9, generated: 1);
        Assert.Equal(policy == "scls" ? new SclsOptions().SliceTokens : int.MaxValue, Promise(PolicyCatalogue.Planner(policy), builder));
    }

    [Theory]
    [InlineData("fcfs", 0, int.MaxValue)]
    [InlineData("fcfs", 8, int.MaxValue)]
    [InlineData("vllm-v1", 8, int.MaxValue)]
    [InlineData("sarathi", 8, int.MaxValue)]
    [InlineData("prefill-first", 8, int.MaxValue)]
    [InlineData("static", 8, int.MaxValue)]
    [InlineData("scls", 8, 128)]
    [InlineData("decode-maximal", 8, int.MaxValue)]
    [InlineData("orca", 0, int.MaxValue)]
    [InlineData("orca", 8, 1)]
    [InlineData("svf", 0, 1)]
    public void With_a_queue_that_does_not_fit_the_promise_is_the_policys_own(string policy, int hitTokens, int expected)
    {
        var builder = new ViewBuilder { KvBlocksTotal = 40, KvBlocksAvailable = 4 };
        builder.Running(prompt: 100, generated: 3);
        builder.Waiting(prompt: 60, hitTokens: hitTokens);
        Assert.Equal(expected, Promise(PolicyCatalogue.Planner(policy), builder));
    }

    [Fact]
    public void A_prompt_that_becomes_cached_may_let_somebody_in_unless_the_step_is_full()
    {
        var planner = new FcfsPlanner();
        Assert.Equal(int.MaxValue, Promise(planner, Chunking(stepTokensMax: 10)));
        var cut = new VllmV1Planner(new VllmV1Options { LongPrefillTokensMax = 9 });
        Assert.Equal(1, Promise(cut, Chunking(stepTokensMax: 30)));
    }

    [Fact]
    public void Without_its_defaults_vllm_must_see_every_step_with_a_queue()
    {
        foreach (var options in (VllmV1Options[])[new() { ChunkedPrefill = false }, new() { WholeSequenceMustFit = false }])
        {
            var builder = new ViewBuilder { KvBlocksTotal = 40, KvBlocksAvailable = 1 };
            builder.Running(prompt: 101, generated: 1);
            builder.Waiting(prompt: 60);
            Assert.Equal(1, Promise(new VllmV1Planner(options), builder));
        }
    }

    /// <summary>A decode and a prompt in the middle; somebody waits whose prefix the prompt may complete.</summary>
    private static ViewBuilder Chunking(int stepTokensMax)
    {
        var builder = new ViewBuilder { StepTokensMax = stepTokensMax, KvBlocksTotal = 60, KvBlocksAvailable = 12 };
        builder.Running(prompt: 6, generated: 3);
        builder.Running(prompt: 60, generated: 0, computed: 16);
        builder.Waiting(prompt: 60);
        return builder;
    }

    private static int Promise(IBatchPlanner planner, ViewBuilder builder)
    {
        var plan = builder.Plan(planner);
        Assert.All(plan.Grants.ToArray(), grant => Assert.True(builder.View().IsRunning(grant.Row)));
        return planner.RepeatingSteps(builder.View(), planner.NewState(), plan);
    }

    /// <summary>Both run a step, and what repeats itself: one at once, the other round by round. Returns the steps repeated.</summary>
    private static int Advance(ReplicaScheduler leaping, ReplicaScheduler stepping, int timesMax)
    {
        if (leaping.IsIdle) return 0;
        leaping.PlanStep(0);
        stepping.PlanStep(0);
        RequireSame(leaping, stepping);
        var times = Math.Min(Math.Min(timesMax, StepsBeforeEnd(leaping)), Math.Min(leaping.RepeatableSteps(0) - 1, StepsInMemory(leaping)));
        leaping.RepeatStep(times);
        for (var round = 0; round < times; round++)
        {
            Complete(stepping);
            stepping.PlanStep(0);
        }

        RequireSame(leaping, stepping);
        Complete(leaping);
        Complete(stepping);
        return times;
    }

    /// <summary>A lower bound: every row takes a whole grant of new blocks in each step.</summary>
    private static int StepsInMemory(ReplicaScheduler scheduler)
    {
        var blocksPerStep = 0;
        foreach (var slice in scheduler.Slices) blocksPerStep += scheduler.Kv.BlocksFor(slice.Tokens) + 1;
        return scheduler.Kv.BlocksAvailable / blocksPerStep;
    }

    private static int StepsBeforeEnd(ReplicaScheduler scheduler)
    {
        var steps = int.MaxValue;
        foreach (var slice in scheduler.Slices) steps = Math.Min(steps, OutputTokens(slice.Row) - scheduler.GeneratedTokens(slice.Row) - 1);
        return steps;
    }

    private static int OutputTokens(int row) => 8 + (4 * row);

    private static void Complete(ReplicaScheduler scheduler)
    {
        scheduler.CompleteStep();
        foreach (var slice in scheduler.Slices.ToArray())
        {
            if (!slice.Generates) continue;
            scheduler.Generate(slice.Row, token: null);
            if (scheduler.GeneratedTokens(slice.Row) == OutputTokens(slice.Row)) scheduler.End(slice.Row, RequestOutcome.Stopped);
        }
    }

    private static void RequireSame(ReplicaScheduler left, ReplicaScheduler right)
    {
        Assert.Equal(left.Slices.ToArray(), right.Slices.ToArray());
        var seen = left.View(0);
        var expected = right.View(0);
        Assert.Equal(expected.ComputedTokens.ToArray(), seen.ComputedTokens.ToArray());
        Assert.Equal(expected.WantedTokens.ToArray(), seen.WantedTokens.ToArray());
        Assert.Equal(expected.GeneratedTokens.ToArray(), seen.GeneratedTokens.ToArray());
        Assert.Equal(expected.BlocksHeld.ToArray(), seen.BlocksHeld.ToArray());
        Assert.Equal((right.Kv.BlocksFree, right.Kv.BlocksIdle), (left.Kv.BlocksFree, left.Kv.BlocksIdle));
        Assert.Equal(
            (right.Counters.PrefixQueriedTokens, right.Counters.PrefixHitTokens, right.Counters.PrefixRefoundTokens),
            (left.Counters.PrefixQueriedTokens, left.Counters.PrefixHitTokens, left.Counters.PrefixRefoundTokens));
        Assert.Equal(
            (right.Counters.Steps, right.Counters.ComputedTokens, right.Counters.GeneratedTokens, right.Counters.Preemptions),
            (left.Counters.Steps, left.Counters.ComputedTokens, left.Counters.GeneratedTokens, left.Counters.Preemptions));
        foreach (var row in seen.Waiting.ToArray())
        {
            var (spec, other) = (left.Spec(row), right.Spec(row));
            Assert.Equal(right.Kv.Probe(other.Content, other.Facts.CacheDomain, 1000), left.Kv.Probe(spec.Content, spec.Facts.CacheDomain, 1000));
        }
    }

    /// <summary>Requests of two families with long common prefixes, so that what is cached and evicted matters.</summary>
    private static ReplicaScheduler Replica(string policy, int seed)
    {
        var random = new RandomStream((ulong)seed, "repeat");
        var scheduler = Scheduler(PolicyCatalogue.Planner(policy), stepTokensMax: 6 + random.NextInt(30), blocks: 40 + random.NextInt(30));
        for (var id = 0; id < 5; id++)
        {
            var (family, prompt) = (random.NextInt(2), 4 + random.NextInt(60));
            int[] ids = [.. Enumerable.Range(0, ((prompt - 1) / 4) + 1).Select(block => block < 8 ? (family * 8) + block : (1000 * (id + 1)) + block)];
            Enqueue(scheduler, id, TokenContent.FromBlockIds(ids, 4, prompt));
        }

        return scheduler;
    }

    /// <summary>One request of 4 prompt tokens in its second step.</summary>
    private static ReplicaScheduler Alone(IBatchPlanner planner, int blocks)
    {
        var scheduler = Scheduler(planner, stepTokensMax: 16, blocks);
        Enqueue(scheduler, 0, TokenContent.Opaque(4));
        scheduler.PlanStep(0);
        scheduler.CompleteStep();
        scheduler.Generate(0, token: null);
        scheduler.PlanStep(0);
        return scheduler;
    }

    private static ReplicaScheduler Scheduler(IBatchPlanner planner, int stepTokensMax, int blocks) => new(new ReplicaOptions
    {
        Planner = planner,
        Limits = new BatchLimits { StepTokensMax = stepTokensMax, RunningMax = 4 },
        Kv = new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = 4 },
        Predictor = new ConstantLengthPredictor(8),
        StepTime = StepTimeProfiles.Unit.StepTime,
    });

    private static void Enqueue(ReplicaScheduler scheduler, int id, TokenContent content) => Assert.True(scheduler.TryEnqueue(
        new RequestSpec(new RequestFacts { Id = new RequestId(id), PromptTokens = content.Count, OutputTokensMax = 28, ArrivalUs = id }, content), out _, out _));

    private class Silent : IBatchPlanner
    {
        private readonly FcfsPlanner _planner = new();

        public string Name => "silent about repeating";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => _planner.Plan(view, state, plan);
    }

    private sealed class Promising(int steps) : Silent, IBatchPlanner
    {
        public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => steps;
    }
}
