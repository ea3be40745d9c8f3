using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>Hits are what came from others or from before.</summary>
public class PrefixCountersTests
{
    private static readonly BatchLimits Limits = new() { StepTokensMax = 32, RunningMax = 8 };
    private static readonly KvLedgerOptions Kv = new() { BlocksTotal = 16, BlockSizeTokens = 4 };

    [Fact]
    public void What_preempted_requests_find_of_their_own_is_no_hit_and_their_prompts_are_asked_for_once()
    {
        var jobs = Enumerable.Range(0, 8).Select(id => new Job(id, id / 4, Prompt(id * 100, 12), 20, 20)).ToArray();
        foreach (var planner in new IBatchPlanner[] { new VllmV1Planner(), new FcfsPlanner() })
        {
            var counters = new ReplicaRun(planner, Limits, Kv, jobs).ToEnd().Scheduler.Counters;
            Assert.True(counters.Preemptions > 0);
            Assert.Equal((8L * 12, 0L), (counters.PrefixQueriedTokens, counters.PrefixHitTokens));
            Assert.True(counters.PrefixRefoundTokens > 0);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_others_computed_is_a_hit_whenever_they_did(bool pinsAdmissionsFirst)
    {
        // Three prompts of 12 tokens with 8 in common: two arrive together, one later.
        Job[] jobs = [.. new[] { 0, 0, 9 }.Select((step, id) => new Job(id, step, [.. Prompt(0, 8), .. Prompt(100 * (id + 1), 4)], 2, 2))];
        var usual = new VllmV1Options();
        var planner = new VllmV1Planner(usual with { Rules = usual.Rules with { PinsAdmissionsFirst = pinsAdmissionsFirst } });
        var counters = new ReplicaRun(planner, Limits, Kv, jobs).ToEnd().Scheduler.Counters;
        Assert.Equal((36L, 16L, 0L), (counters.PrefixQueriedTokens, counters.PrefixHitTokens, counters.PrefixRefoundTokens));
    }

    [Fact]
    public void A_request_that_comes_from_elsewhere_was_asked_for_there()
    {
        var scheduler = new Core.Replica.ReplicaScheduler(new Core.Replica.ReplicaOptions
        {
            Planner = new FcfsPlanner(),
            Limits = Limits,
            Kv = Kv,
            Predictor = new ConstantLengthPredictor(8),
            StepTime = StepTimeProfiles.Unit.StepTime,
        });
        var facts = new RequestFacts { Id = new RequestId(1), PromptTokens = 12, OutputTokensMax = 4, ArrivalUs = 0 };
        var spec = new RequestSpec(facts, TokenContent.FromTokens(Prompt(0, 13)));
        Assert.True(scheduler.TryTakeOver(spec, new Core.Replica.Handover(1), out _, out _));
        scheduler.PlanStep(0);
        Assert.Equal((1, 0L, 0L), (scheduler.RunningCount, scheduler.Counters.PrefixQueriedTokens, scheduler.Counters.PrefixHitTokens));
    }

    private static int[] Prompt(int first, int tokens) => [.. Enumerable.Range(first, tokens)];
}
