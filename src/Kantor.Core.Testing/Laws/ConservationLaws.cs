using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Laws;

/// <summary>Nothing is lost and nothing comes from nowhere: requests, tokens, memory.</summary>
public static class ConservationLaws
{
    /// <summary>Every request ends exactly once, with all its tokens, under any load, and no plan is refused.</summary>
    public static void EveryRequestEndsOnce(IBatchPlanner planner) => Workloads.ForEachSeed(Workloads.Seeds, seed =>
    {
        var jobs = Jobs.Random(seed, 60, Workloads.TokensMax);
        var run = Workloads.Tight(planner, seed, jobs).ToEnd();
        foreach (var job in jobs) RequireWhole(run, job);
        RequireNothingHeld(run);
        Workloads.RequireSoundPlans(run);
    });

    /// <summary>No plan promises memory that is not there, where sequence ids are plenty.</summary>
    public static void NoPlanPromisesTooMuch(IBatchPlanner planner) => Workloads.ForEachSeed(Workloads.Seeds, seed =>
    {
        var (limits, kv) = Jobs.Tight(seed, Workloads.TokensMax);
        var run = new ReplicaRun(planner, limits, kv with { SequencesMax = null }, Jobs.Random(seed, 60, Workloads.TokensMax)).ToEnd();
        Workloads.RequireSoundPlans(run);
        LawBrokenException.Unless(
            run.Scheduler.Counters.GrantsDeferred == 0, () => $"{run.Scheduler.Counters.GrantsDeferred} grants found no memory");
    });

    /// <summary>A request that is cancelled at any moment is gone and its memory free; the others get all their tokens.</summary>
    public static void TheCancelledAreGone(IBatchPlanner planner) => Workloads.ForEachSeed(Workloads.Seeds, seed =>
    {
        var jobs = Jobs.Random(seed, 40, Workloads.TokensMax);
        var run = Workloads.Tight(planner, seed, jobs);
        var random = new RandomStream(seed, "cancel");
        for (; !run.IsOver; run.Advance())
        {
            LawBrokenException.Unless(run.Step < Workloads.StepsMax, $"not over after {Workloads.StepsMax} steps");
            run.Arrive();
            var alive = jobs.Where(job => job.ArrivalStep <= run.Step && run.Traces[job.Id].Ends == 0).ToArray();
            if (alive.Length > 0 && random.NextInt(4) == 0)
            {
                run.End(run.RowOf(alive[random.NextInt(alive.Length)].Id), RequestOutcome.Cancelled);
            }
        }

        foreach (var job in jobs)
        {
            if (run.Traces[job.Id].Outcome != RequestOutcome.Cancelled) RequireWhole(run, job);
        }

        RequireNothingHeld(run);
    });

    /// <summary>A step that failed is planned again and loses nothing.</summary>
    public static void AFailedStepLosesNothing(IBatchPlanner planner)
    {
        var jobs = Jobs.Random(3, 40, Workloads.TokensMax);
        var run = Workloads.Tight(planner, 3, jobs);
        var random = new RandomStream(3, "failures");
        for (var failures = 0; !run.IsOver; run.Advance())
        {
            LawBrokenException.Unless(run.Step < Workloads.StepsMax, $"not over after {Workloads.StepsMax} steps");
            if (random.NextInt(3) > 0 || failures++ > 100) continue;
            run.Arrive();
            run.Plan();
            run.Scheduler.AbandonStep();
            run.Scheduler.Verify();
        }

        foreach (var job in jobs) RequireWhole(run, job);
    }

    /// <summary>
    /// A law of the scheduler, which no planner can break alone: every computed token finds its whole context in a memory that repeats the
    /// ledger's changes, and no more cells live than there are. Returns the tokens that were hit and the preemptions, which say whether the
    /// runs were worth something.
    /// </summary>
    public static (long HitTokens, long Preemptions) ContextIsThere(IBatchPlanner planner)
    {
        var (hits, preemptions) = (0L, 0L);
        Workloads.ForEachSeed(6, seed =>
        {
            var limits = new BatchLimits { StepTokensMax = 24, RunningMax = 6 };
            var kv = new KvLedgerOptions { BlocksTotal = 110, BlockSizeTokens = 1, SequencesMax = 8, RecordsChanges = true };
            // Memory of cells cannot share what is not written yet.
            var rules = planner.KvRules with { HitsWithinStep = false };
            var run = new ReplicaRun(
                planner, limits, kv, Jobs.Random(seed, 40, Workloads.TokensMax), rules: rules)
            { Memory = new FakeKvMemory() }.ToEnd();
            hits += run.Scheduler.Counters.PrefixHitTokens;
            preemptions += run.Scheduler.Counters.Preemptions;
        });
        return (hits, preemptions);
    }

    private static void RequireWhole(ReplicaRun run, Job job)
    {
        var trace = run.Traces[job.Id];
        LawBrokenException.Unless(trace.Ends == 1, () => $"request {job.Id} ended {trace.Ends} times");
        LawBrokenException.Unless(
            trace.Generated == job.OutputTokens, () =>
                $"request {job.Id} generated {trace.Generated} of {job.OutputTokens} tokens and ended as {trace.Outcome}");
    }

    private static void RequireNothingHeld(ReplicaRun run) =>
        LawBrokenException.Unless(
            run.Scheduler.Kv.BlocksUsed == 0, () => $"{run.Scheduler.Kv.BlocksUsed} blocks are held when all have ended");
}
