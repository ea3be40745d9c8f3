using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Laws;

/// <summary>The queue moves on, however tight memory is.</summary>
public static class ProgressLaws
{
    private static readonly BatchLimits Limits = new() { StepTokensMax = 64, RunningMax = 8 };

    /// <summary>When all need a block in the same step, somebody gives way and all go on. Returns the preemptions.</summary>
    public static long SomebodyGivesWay(IBatchPlanner planner)
    {
        var jobs = Enumerable.Range(0, 4).Select(id => Jobs.Plain(id, 0, 4, 9)).ToArray();
        var kv = new KvLedgerOptions { BlocksTotal = 5, BlockSizeTokens = 4, PrefixCaching = false };
        var run = new ReplicaRun(planner, Limits, kv, jobs).ToEnd(200);
        foreach (var (id, trace) in run.Traces) LawBrokenException.Unless(trace.Generated == 9, () => $"request {id} generated {trace.Generated} of 9 tokens");
        return run.Scheduler.Counters.Preemptions;
    }

    /// <summary>A request that never fits is refused at once, one that just fits is served, and the queue moves on.</summary>
    public static void TheImpossibleIsRefused(IBatchPlanner planner)
    {
        Job[] jobs = [Jobs.Plain(0, 0, 30, 11), Jobs.Plain(1, 0, 30, 10), Jobs.Plain(2, 0, 5, 5)];
        var run = new ReplicaRun(planner, Limits, new KvLedgerOptions { BlocksTotal = 39, BlockSizeTokens = 1 }, jobs).ToEnd(100);
        RequireOutcome(run, 0, RequestOutcome.RefusedNeverFits);
        RequireOutcome(run, 1, RequestOutcome.LengthReached);
        RequireOutcome(run, 2, RequestOutcome.LengthReached);
    }

    private static void RequireOutcome(ReplicaRun run, long id, RequestOutcome outcome) =>
        LawBrokenException.Unless(run.Traces[id].Outcome == outcome, () => $"request {id} ended as {run.Traces[id].Outcome} and not as {outcome}");
}
