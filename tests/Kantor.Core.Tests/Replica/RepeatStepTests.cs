using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Laws;
using Kantor.Core.Testing.Views;
using Kantor.Core.Tests.Batching;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>Many equal steps at once, in <see cref="ReplicaScheduler"/>, and what policies promise about them.</summary>
public class RepeatStepTests
{
    public static TheoryData<string> AllPolicies => [.. PolicyCatalogue.PlannerNames];

    /// <summary>Those that promise it.</summary>
    public static TheoryData<string> RepeatingPolicies =>
    [
        .. PolicyCatalogue.BuiltIn.Planners.Entries
            .Where(entry => entry.Card.Promises.HasFlag(PolicyPromises.RepeatsSteps)).Select(entry => entry.Name),
    ];

    [Theory]
    [MemberData(nameof(AllPolicies))]
    public void INV_RUN_13_repeating_a_step_leaves_the_books_that_as_many_rounds_leave(string policy)
    {
        var repeated = RepeatingLaws.RepeatedIsStepped(PolicyCatalogue.Planner(policy));
        if (PolicyCatalogue.BuiltIn.Planners.Find(policy).Card.Promises.HasFlag(PolicyPromises.RepeatsSteps))
        {
            Assert.True(repeated > 30, $"only {repeated} steps were repeated");
        }
    }

    [Theory]
    [MemberData(nameof(RepeatingPolicies))]
    public void INV_RUN_17_while_the_batch_only_decodes_and_nobody_waits_the_plan_repeats_itself(string policy) =>
        RepeatingLaws.DecodesRepeat(PolicyCatalogue.Planner(policy));

    [Fact]
    public void A_step_that_is_not_steady_repeats_itself_no_further()
    {
        var scheduler = Fresh(new FcfsPlanner(), blocks: 8);
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
    [InlineData("scls", 128)]
    [InlineData("fcfs", int.MaxValue)]
    [InlineData("svf", int.MaxValue)]
    public void While_nobody_waits_the_promise_is_without_limit_or_until_the_slice_is_over(string policy, int expected)
    {
        var builder = new ViewBuilder();
        builder.Running(prompt: 6, generated: 3);
        builder.Running(prompt: 9, generated: 1);
        Assert.Equal(expected, Promise(PolicyCatalogue.Planner(policy), builder));
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

    /// <summary>One request of 4 prompt tokens, before its first step.</summary>
    private static ReplicaScheduler Fresh(IBatchPlanner planner, int blocks)
    {
        var scheduler = Scheduler(planner, stepTokensMax: 16, blocks);
        Enqueue(scheduler, 0, TokenContent.Opaque(4));
        return scheduler;
    }

    /// <summary>One request of 4 prompt tokens in its second step.</summary>
    private static ReplicaScheduler Alone(IBatchPlanner planner, int blocks)
    {
        var scheduler = Fresh(planner, blocks);
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
        new RequestSpec(
            new RequestFacts { Id = new RequestId(id), PromptTokens = content.Count, OutputTokensMax = 28, ArrivalUs = id },
            content), out _, out _));

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
