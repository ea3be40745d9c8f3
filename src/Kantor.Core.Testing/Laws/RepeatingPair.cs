using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Laws;

/// <summary>Two replicas with the same work, of which one repeats steps at once and the other goes round by round.</summary>
internal sealed class RepeatingPair(IBatchPlanner planner, ulong seed)
{
    private const long StepUs = 1_000;

    private readonly ReplicaScheduler _leaping = Replica(planner, seed);
    private readonly ReplicaScheduler _stepping = Replica(planner, seed);
    private long _nowUs;

    /// <summary>Both run a step, and what repeats itself. Returns the steps repeated.</summary>
    public int Advance(int timesMax)
    {
        if (_leaping.IsIdle) return 0;
        _leaping.PlanStep(_nowUs);
        _stepping.PlanStep(_nowUs);
        RequireSame(_leaping, _stepping);
        if (_leaping.Slices.IsEmpty) return 0;
        var times = Math.Min(
            Math.Min(timesMax, StepsBeforeEnd(_leaping)), Math.Min(_leaping.RepeatableSteps(_nowUs) - 1, StepsInMemory(_leaping)));
        _leaping.RepeatStep(times);
        for (var round = 0; round < times; round++)
        {
            Complete(_stepping);
            _stepping.PlanStep(_nowUs += StepUs);
        }

        RequireSame(_leaping, _stepping);
        Complete(_leaping);
        Complete(_stepping);
        _nowUs += StepUs;
        return times;
    }

    /// <summary>Proves the books of both.</summary>
    public void Verify()
    {
        _leaping.Verify();
        _stepping.Verify();
    }

    /// <summary>A lower bound: every row takes a whole grant of new blocks in each step.</summary>
    private static int StepsInMemory(ReplicaScheduler scheduler)
    {
        var blocksPerStep = 0;
        foreach (var slice in scheduler.Slices) blocksPerStep += scheduler.Kv.BlocksFor(slice.Tokens) + 1;
        return blocksPerStep == 0 ? 0 : scheduler.Kv.BlocksAvailable / blocksPerStep;
    }

    private static int StepsBeforeEnd(ReplicaScheduler scheduler)
    {
        var steps = int.MaxValue;
        foreach (var slice in scheduler.Slices) steps = Math.Min(steps, OutputTokens(slice.Row) - scheduler.GeneratedTokens(slice.Row) - 1);
        return steps;
    }

    private static int OutputTokens(int row) => 8 + (4 * (row % 5));

    private static void Complete(ReplicaScheduler scheduler)
    {
        if (scheduler.Slices.IsEmpty) return;
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
        var seen = left.View(0);
        var expected = right.View(0);
        Require(left.Slices.SequenceEqual(right.Slices), "steps");
        Require(seen.ComputedTokens.SequenceEqual(expected.ComputedTokens), "computed tokens");
        Require(seen.WantedTokens.SequenceEqual(expected.WantedTokens), "wanted tokens");
        Require(seen.GeneratedTokens.SequenceEqual(expected.GeneratedTokens), "generated tokens");
        Require(seen.BlocksHeld.SequenceEqual(expected.BlocksHeld), "held blocks");
        Require(
            (left.Kv.BlocksFree, left.Kv.BlocksIdle, HitsOf(left)) == (right.Kv.BlocksFree, right.Kv.BlocksIdle, HitsOf(right)),
            "the pool");
        Require(Counted(left) == Counted(right), "counters");
        foreach (var row in seen.Waiting)
        {
            var (spec, other) = (left.Spec(row), right.Spec(row));
            Require(
                left.Kv.Probe(spec.Content, spec.Facts.CacheDomain, 1000) == right.Kv.Probe(other.Content, other.Facts.CacheDomain, 1000),
                "cached prefixes");
        }
    }

    private static (long Steps, long Computed, long Generated, long Preemptions) Counted(ReplicaScheduler scheduler) =>
        (scheduler.Counters.Steps, scheduler.Counters.ComputedTokens, scheduler.Counters.GeneratedTokens, scheduler.Counters.Preemptions);

    private static void Require(bool isSame, string what) =>
        LawBrokenException.Unless(isSame, () => $"{what} differ between a repeated step and as many rounds");

    /// <summary>Requests of two families with long common prefixes, so that what is cached and evicted matters.</summary>
    private static ReplicaScheduler Replica(IBatchPlanner planner, ulong seed)
    {
        var random = new RandomStream(seed, "repeat");
        var (stepTokens, blocks) = (6 + random.NextInt(30), 40 + random.NextInt(30));
        var scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = planner,
            Limits = new BatchLimits { StepTokensMax = stepTokens, RunningMax = 4 },
            Kv = new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = 4 },
            Predictor = new ConstantLengthPredictor(8),
            StepTime = ReplicaRun.StepTime,
        });
        // More than run at once by odd seeds; by even ones the queue is soon empty.
        var requests = seed % 2 == 1 ? 9 : 5;
        for (var id = 0; id < requests; id++)
        {
            var (family, prompt) = (random.NextInt(2), 4 + random.NextInt(60));
            int[] ids =
                [.. Enumerable.Range(0, ((prompt - 1) / 4) + 1)
                    .Select(block => block < 8 ? (family * 8) + block : (1000 * (id + 1)) + block)];
            var facts = new RequestFacts { Id = new RequestId(id), PromptTokens = prompt, OutputTokensMax = 28, ArrivalUs = id };
            LawBrokenException.Unless(
                scheduler.TryEnqueue(
                    new RequestSpec(facts, TokenContent.FromBlockIds(ids, 4, prompt)), out _, out _), "a request that fits was refused");
        }

        return scheduler;
    }

    private static (long, long, long) HitsOf(ReplicaScheduler scheduler) =>
        (scheduler.Counters.PrefixQueriedTokens, scheduler.Counters.PrefixHitTokens, scheduler.Counters.PrefixRefoundTokens);
}
