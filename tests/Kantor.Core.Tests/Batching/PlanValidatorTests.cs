using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching;

/// <summary>The view: rows 0 and 1 decode with 3 blocks each, row 2 waits for 10 tokens, row 3 for 30 with 8 in cache, row 4 is free.</summary>
public class PlanValidatorTests
{
    [Fact]
    public void A_sound_plan_passes() => AssertSound(plan =>
    {
        plan.AddGrant(0, 1);
        plan.AddGrant(2, 10);
        plan.AddPreemption(1);
        plan.AddRefusal(3, RequestOutcome.RefusedByPolicy);
    });

    [Fact]
    public void An_empty_plan_passes() => AssertSound(_ => { });

    [Fact]
    public void A_whole_step_of_tokens_passes_and_one_more_does_not__INV_PLAN_1()
    {
        AssertSound(plan =>
        {
            plan.AddGrant(0, 1);
            plan.AddGrant(2, 10);
            plan.AddGrant(3, 9);
        });
        AssertFault("Row 3 is granted 10 tokens; left are 9 tokens", plan =>
        {
            plan.AddGrant(0, 1);
            plan.AddGrant(2, 10);
            plan.AddGrant(3, 10);
        });
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_row_without_a_request_is_a_fault(int row)
    {
        AssertFault($"Row {row} holds no request", plan => plan.AddGrant(row, 1));
        AssertFault($"Row {row} is preempted but does not run", plan => plan.AddPreemption(row));
        AssertFault($"Row {row} is refused but does not wait", plan => plan.AddRefusal(row, RequestOutcome.RefusedByPolicy));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, -1)]
    [InlineData(0, 2)]
    [InlineData(2, 11)]
    [InlineData(3, 23)]
    public void Tokens_below_one_or_beyond_what_is_missing_are_a_fault__INV_PLAN_2(int row, int tokens) =>
        AssertFault($"Row {row} is granted {tokens} tokens and misses", plan => plan.AddGrant(row, tokens));

    [Fact]
    public void Nobody_is_in_a_plan_twice__INV_PLAN_3()
    {
        AssertFault("Row 0 is in the plan twice", plan =>
        {
            plan.AddGrant(0, 1);
            plan.AddGrant(0, 1);
        });
        AssertFault("Row 0 is in the plan twice", plan =>
        {
            plan.AddPreemption(0);
            plan.AddGrant(0, 1);
        });
        AssertFault("Row 2 is in the plan twice", plan =>
        {
            plan.AddRefusal(2, RequestOutcome.RefusedByPolicy);
            plan.AddGrant(2, 1);
        });
        AssertFault("Row 1 is in the plan twice", plan =>
        {
            plan.AddPreemption(1);
            plan.AddPreemption(1);
        });
    }

    [Fact]
    public void Waiting_rows_are_not_preempted_and_running_ones_not_refused()
    {
        AssertFault("Row 2 is preempted but does not run", plan => plan.AddPreemption(2));
        AssertFault("Row 0 is refused but does not wait", plan => plan.AddRefusal(0, RequestOutcome.RefusedByPolicy));
    }

    [Theory]
    [InlineData(RequestOutcome.RefusedByPolicy, true)]
    [InlineData(RequestOutcome.RefusedNeverFits, true)]
    [InlineData(RequestOutcome.RefusedDeadlineMissed, true)]
    [InlineData(RequestOutcome.RefusedQueueFull, false)]
    [InlineData(RequestOutcome.Stopped, false)]
    [InlineData(RequestOutcome.Cancelled, false)]
    public void Only_refusals_refuse(RequestOutcome reason, bool sound)
    {
        if (sound) AssertSound(plan => plan.AddRefusal(2, reason));
        else AssertFault("which is not a refusal", plan => plan.AddRefusal(2, reason));
    }

    [Fact]
    public void Memory_that_is_not_there_is_a_fault_unless_a_preemption_frees_it__INV_PLAN_4()
    {
        // 2 blocks are available; row 2 needs 3 for its 10 tokens.
        AssertFault("Row 2 is granted 10 tokens; left are 20 tokens, 2 KV blocks", plan => plan.AddGrant(2, 10), available: 2);
        AssertSound(plan => plan.AddGrant(2, 8), available: 2);
        AssertSound(
            plan =>
            {
                plan.AddPreemption(1);
                plan.AddGrant(2, 10);
            },
            available: 2);
    }

    [Fact]
    public void A_reservation_counts_in_full__INV_PLAN_4()
    {
        AssertFault("Row 2 is granted 4 tokens", plan => plan.AddGrant(2, 4, 12), available: 2);
        AssertSound(plan => plan.AddGrant(2, 4, 8), available: 2);
        AssertFault("Row 2 reserves -1 tokens", plan => plan.AddGrant(2, 4, -1));
        AssertFault("Row 2 reserves 401 tokens in a pool of 100 blocks", plan => plan.AddGrant(2, 4, 401));
    }

    [Fact]
    public void Idle_blocks_of_a_cached_prefix_are_charged_and_referenced_ones_are_not()
    {
        // Row 3 hits 8 tokens (2 blocks, 1 of them idle) and computes 4: 1 new block and the idle one.
        AssertSound(plan => plan.AddGrant(3, 4), available: 2);
        AssertFault("Row 3 is granted 4 tokens", plan => plan.AddGrant(3, 4), available: 1);
    }

    [Fact]
    public void After_a_preemption_a_cached_prefix_is_charged_in_full_because_it_may_be_the_victims()
    {
        // Row 1 returns its 3 blocks; row 3 then needs 3 blocks for 12 tokens although only one of its hit blocks is idle now.
        AssertSound(
            plan =>
            {
                plan.AddPreemption(1);
                plan.AddGrant(3, 4);
            },
            available: 0);
        AssertFault(
            "Row 3 is granted 5 tokens",
            plan =>
            {
                plan.AddPreemption(1);
                plan.AddGrant(3, 5);
            },
            available: 0);
    }

    [Fact]
    public void More_than_may_run_is_a_fault__INV_PLAN_5()
    {
        AssertSound(plan => plan.AddGrant(2, 1), runningMax: 3);
        AssertFault("0 places", plan => plan.AddGrant(2, 1), runningMax: 2);
        AssertSound(
            plan =>
            {
                plan.AddPreemption(0);
                plan.AddGrant(2, 1);
            },
            runningMax: 2);
    }

    [Fact]
    public void A_validator_has_no_memory()
    {
        var validator = new PlanValidator();
        var view = ViewOf(94, 8);
        var plan = new BatchPlan();
        plan.AddGrant(0, 1);
        Assert.Null(validator.FindFault(view.View(), plan));
        Assert.Null(validator.FindFault(view.View(), plan));
    }

    private static void AssertSound(Action<BatchPlan> write, int available = 94, int runningMax = 8) => Assert.Null(FaultOf(write, available, runningMax));

    private static void AssertFault(string expected, Action<BatchPlan> write, int available = 94, int runningMax = 8) =>
        Assert.Contains(expected, FaultOf(write, available, runningMax));

    private static string? FaultOf(Action<BatchPlan> write, int available, int runningMax)
    {
        var plan = new BatchPlan();
        write(plan);
        return new PlanValidator().FindFault(ViewOf(available, runningMax).View(), plan);
    }

    private static ViewBuilder ViewOf(int available, int runningMax)
    {
        var builder = new ViewBuilder { StepTokensMax = 20, KvBlocksAvailable = available, RunningMax = runningMax };
        builder.Running(prompt: 8, generated: 3);
        builder.Running(prompt: 8, generated: 3);
        builder.Waiting(prompt: 10);
        builder.Waiting(prompt: 30, hitTokens: 8, hitBlocksIdle: 1);
        builder.Free();
        return builder;
    }
}
