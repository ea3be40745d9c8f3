using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Batching;

public class RowQuestionsTests
{
    [Fact]
    public void Slack_to_the_first_token_counts_from_the_arrival_and_ends_with_the_token()
    {
        var scheduler = New("goodput(ttft=10ms)");
        var row = Enqueue(scheduler, arrivalUs: 1_000);
        Assert.Equal(10_000 + 1_000 - 4_000, scheduler.View(4_000).SlackToFirstTokenUs(row));
        Assert.Equal(-1, scheduler.View(11_001).SlackToFirstTokenUs(row));
        Assert.True(scheduler.View(11_001).IsLost(row));
        Step(scheduler, 5_000);
        Assert.Null(scheduler.View(6_000).SlackToFirstTokenUs(row));
        Assert.False(scheduler.View(100_000).IsLost(row));
    }

    [Fact]
    public void Slack_to_the_next_token_is_that_of_the_gap_or_of_the_mean_whichever_is_shorter()
    {
        var scheduler = New("goodput(itl=5ms,tpot=2ms)");
        var row = Enqueue(scheduler, arrivalUs: 0);
        Assert.Null(scheduler.View(0).SlackToNextTokenUs(row));
        Step(scheduler, 1_000);
        // One token at 1,000: the next within 5,000 by the gap, within 2,000 by the mean.
        Assert.Equal(1_500, scheduler.View(1_500).SlackToNextTokenUs(row));
        Step(scheduler, 1_200);
        Step(scheduler, 1_300);
        // Three at 1,000, 1,200 and 1,300: the mean allows the fourth at 1,000 + 3 x 2,000, the gap at 1,300 + 5,000.
        Assert.Equal(6_300 - 1_400, scheduler.View(1_400).SlackToNextTokenUs(row));
        Assert.True(scheduler.View(6_301).IsLost(row));
    }

    [Fact]
    public void Slack_to_the_end_counts_from_the_arrival()
    {
        var scheduler = New("goodput(e2e=20ms)");
        var row = Enqueue(scheduler, arrivalUs: 3_000);
        Assert.Equal(22_000, scheduler.View(1_000).SlackToEndUs(row));
        Assert.Null(scheduler.View(1_000).SlackToFirstTokenUs(row));
        Assert.Null(scheduler.View(1_000).SlackToNextTokenUs(row));
        Assert.True(scheduler.View(23_001).IsLost(row));
    }

    [Fact]
    public void The_value_rate_is_the_value_of_the_class_by_remaining_token_round_and_nothing_when_lost()
    {
        var scheduler = New("goodput(e2e=20ms) weights {gold: 3, free: 1}");
        var gold = Enqueue(scheduler, arrivalUs: 0, requestClass: 0);
        var other = Enqueue(scheduler, arrivalUs: 0, requestClass: 7);
        // 4 tokens of prompt, 8 believed: 4 x 8 + 8 x 9 / 2 = 68 token-rounds; after a token 5 x 7 + 7 x 8 / 2 = 63.
        Assert.Equal(3.0 / 68, scheduler.View(0).ValueRate(gold), 12);
        Assert.Equal(1.0 / 68, scheduler.View(0).ValueRate(other), 12);
        Step(scheduler, 1_000);
        Assert.Equal(3.0 / 63, scheduler.View(1_000).ValueRate(gold), 12);
        Assert.Equal(0, scheduler.View(20_001).ValueRate(gold));
    }

    private static ReplicaScheduler New(string objective)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out var error), error);
        return new ReplicaScheduler(new ReplicaOptions
        {
            Planner = new FcfsPlanner(),
            Limits = new BatchLimits { StepTokensMax = 64, RunningMax = 4 },
            Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 4 },
            Predictor = new ConstantLengthPredictor(8),
            StepTime = StepTimeProfiles.Unit.StepTime,
            Classes = parsed.Classes,
        });
    }

    private static int Enqueue(ReplicaScheduler scheduler, long arrivalUs, int requestClass = 0)
    {
        var facts = new RequestFacts { Id = new RequestId(scheduler.WaitingCount), PromptTokens = 4, OutputTokensMax = 16, ArrivalUs = arrivalUs, Class = new ClassId(requestClass) };
        Assert.True(scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.Opaque(4)), out var row, out _));
        return row;
    }

    private static void Step(ReplicaScheduler scheduler, long endUs)
    {
        scheduler.PlanStep(endUs - 1);
        scheduler.TimeIs(endUs);
        scheduler.CompleteStep(1);
        foreach (var slice in scheduler.Slices) scheduler.Generate(slice.Row, null);
    }
}
