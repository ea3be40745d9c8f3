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

/// <summary>Repeating a step takes memory when the steps do, not all at once.</summary>
public class RepeatStepMemoryTests
{
    /// <summary>
    /// Two prompts of one content are computed side by side, so that the second finds nothing; the first ends, and its idle blocks are evicted from
    /// their end for the second, which comes towards them, and for a decode in between. Where the two meet it matters in which step the decode
    /// takes its block: a block that is evicted before the second copy is committed leaves that to be found, and after it nothing. Under vLLM's
    /// rules the second prompt would find the first within the step, and second copies would be kept.
    /// </summary>
    [Fact]
    public void INV_RUN_13_a_decode_takes_its_block_in_the_step_that_needs_it()
    {
        var repeated = 0;
        for (var blocks = 36; blocks < 52; blocks++)
        {
            for (var phase = 1; phase <= 4; phase++)
            {
                var (leaping, stepping) = (Twins(blocks, phase), Twins(blocks, phase));
                for (var step = 0; step < 36; step++) repeated += Advance(leaping, stepping, timesMax: 6);
                Assert.Equal(stepping.Kv.Probe(TwinContent, default, 1000), leaping.Kv.Probe(TwinContent, default, 1000));
            }
        }

        Assert.True(repeated > 1000, $"only {repeated} steps were repeated");
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
        foreach (var slice in scheduler.Slices) steps = Math.Min(steps, OutputTokens(scheduler, slice.Row) - scheduler.GeneratedTokens(slice.Row) - 1);
        return steps;
    }

    private static int OutputTokens(ReplicaScheduler scheduler, int row) =>
        (int)Math.Min(scheduler.Spec(row).Facts.OutputTokensMax, 8 + (4 * scheduler.Spec(row).Id.Value));

    private static void Complete(ReplicaScheduler scheduler)
    {
        scheduler.CompleteStep();
        foreach (var slice in scheduler.Slices.ToArray())
        {
            if (!slice.Generates) continue;
            scheduler.Generate(slice.Row, token: null);
            if (scheduler.GeneratedTokens(slice.Row) == OutputTokens(scheduler, slice.Row)) scheduler.End(slice.Row, RequestOutcome.Stopped);
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

    private static ReplicaScheduler Twins(int blocks, int phase)
    {
        var options = new VllmV1Options { LongPrefillTokensMax = 4, WholeSequenceMustFit = false, Rules = KvRules.Usual };
        var scheduler = Scheduler(new VllmV1Planner(options), stepTokensMax: 7, blocks);
        Enqueue(scheduler, 20, TokenContent.Opaque(phase), outputTokensMax: 48);
        scheduler.PlanStep(0);
        Complete(scheduler);
        Enqueue(scheduler, 21, TwinContent, outputTokensMax: 1);
        Enqueue(scheduler, 22, TwinContent, outputTokensMax: 4);
        return scheduler;
    }

    private static TokenContent TwinContent => TokenContent.FromBlockIds([.. Enumerable.Range(1, 24)], 4, 96);

    private static ReplicaScheduler Scheduler(IBatchPlanner planner, int stepTokensMax, int blocks) => new(new ReplicaOptions
    {
        Planner = planner,
        Limits = new BatchLimits { StepTokensMax = stepTokensMax, RunningMax = 4 },
        Kv = new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = 4 },
        Predictor = new ConstantLengthPredictor(8),
        StepTime = StepTimeProfiles.Unit.StepTime,
    });

    private static void Enqueue(ReplicaScheduler scheduler, int id, TokenContent content, int outputTokensMax = 28) => Assert.True(scheduler.TryEnqueue(
        new RequestSpec(new RequestFacts { Id = new RequestId(id), PromptTokens = content.Count, OutputTokensMax = outputTokensMax, ArrivalUs = id }, content), out _, out _));
}
