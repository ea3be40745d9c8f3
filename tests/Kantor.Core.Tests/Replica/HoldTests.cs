using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Bad;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

public class HoldTests
{
    [Fact]
    public void A_policy_that_holds_on_purpose_is_not_faulty_and_says_until_when()
    {
        var scheduler = New((_, plan) => plan.HoldUntil(700));
        scheduler.PlanStep(100);
        Assert.True(scheduler.Slices.IsEmpty);
        Assert.Equal((700, 0), (scheduler.HeldUntilUs, scheduler.Counters.PlansRefused));
    }

    [Fact]
    public void A_policy_that_plans_nothing_without_holding_is_faulty()
    {
        var scheduler = New((_, _) => { });
        scheduler.PlanStep(100);
        Assert.Equal((1, 1), (scheduler.Slices.Length, scheduler.Counters.PlansRefused));
        Assert.Null(scheduler.HeldUntilUs);
        Assert.Contains("planned nothing while 0 run and 1 wait", scheduler.LastPlanFault);
    }

    [Fact]
    public void Holding_is_no_leave_to_plan_nonsense()
    {
        AssertFault("holds until 100 us, which does not lie after now (100 us)", (_, plan) => plan.HoldUntil(100));
        AssertFault("holds and grants tokens to 1 rows", (view, plan) =>
        {
            plan.AddGrant(view.Waiting[0], 1);
            plan.Hold();
        });
    }

    [Fact]
    public void Whoever_always_holds_is_faulty_again_and_again_so_that_nobody_waits_for_ever__INV_RUN_14()
    {
        var scheduler = New((_, plan) => plan.Hold(), holdUsMax: 1_000);
        scheduler.PlanStep(100);
        Assert.Equal(1_100, scheduler.HeldUntilUs);
        scheduler.PlanStep(1_099);
        Assert.Equal(1_100, scheduler.HeldUntilUs);
        scheduler.PlanStep(1_100);
        Assert.Equal(1, scheduler.Slices.Length);
        Assert.Contains("held for longer than 1000 us", scheduler.LastPlanFault);
        scheduler.CompleteStep();
        scheduler.Generate(0, null);
        scheduler.PlanStep(1_200);
        Assert.Equal(2_200, scheduler.HeldUntilUs);
    }

    [Fact]
    public void A_break_in_holding_begins_the_time_anew()
    {
        var asked = 0;
        var scheduler = New((view, plan) =>
        {
            if (++asked == 2) new FcfsPlanner().Plan(view, new PolicyState(), plan);
            else plan.Hold();
        }, holdUsMax: 1_000);
        scheduler.PlanStep(100);
        scheduler.PlanStep(900);
        scheduler.CompleteStep();
        scheduler.Generate(0, null);
        scheduler.PlanStep(1_000);
        Assert.Equal((2_000, 0), (scheduler.HeldUntilUs, scheduler.Counters.PlansRefused));
    }

    private static void AssertFault(string expected, PlanStep write)
    {
        var scheduler = New(write);
        scheduler.PlanStep(100);
        Assert.Equal((1, 1), (scheduler.Slices.Length, scheduler.Counters.PlansRefused));
        Assert.Contains(expected, scheduler.LastPlanFault);
    }

    /// <summary>One waiting request.</summary>
    private static ReplicaScheduler New(PlanStep write, long holdUsMax = 1_000_000)
    {
        var scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = new Scripted("scripted", write),
            Limits = new BatchLimits { StepTokensMax = 64, RunningMax = 4 },
            Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 4 },
            Predictor = new ConstantLengthPredictor(8),
            StepTime = StepTimeProfiles.Unit.StepTime,
            HoldUsMax = holdUsMax,
        });
        var facts = new RequestFacts { Id = new RequestId(0), PromptTokens = 4, OutputTokensMax = 16, ArrivalUs = 0 };
        Assert.True(scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.Opaque(4)), out _, out _));
        return scheduler;
    }
}
