using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Batching.Policies.Deadlines;

/// <summary>Runs of requests whose first tokens are due, in steps of a millisecond.</summary>
internal static class DueRuns
{
    // Steps take a millisecond whatever they hold, of 32 tokens; objectives are in steps.
    internal static readonly ServiceClassTable Classes = new(
        [
            new ServiceClass(new ClassId(0), "lax", 1, new SloSpec { TtftUsMax = 30_000 }),
            new ServiceClass(new ClassId(1), "urgent", 1, new SloSpec { TtftUsMax = 10_000 }),
            new ServiceClass(new ClassId(2), "gold", 5, new SloSpec { TtftUsMax = 10_000 }),
        ],
        new ServiceClass(new ClassId(3), "batch", 1, new SloSpec()));

    internal static Job Job(long id, int step, int prompt, int requestClass) =>
        Jobs.Plain(id, step, prompt, 1) with { Class = requestClass };

    internal static ReplicaRun Run(string planner, IReadOnlyList<Job> jobs)
    {
        var limits = new BatchLimits { StepTokensMax = 32, RunningMax = 4 };
        var kv = new KvLedgerOptions { BlocksTotal = 1_000, BlockSizeTokens = 4 };
        return new ReplicaRun(PolicyCatalogue.Planner(planner), limits, kv, jobs, classes: Classes) { Verifies = false }.ToEnd();
    }

    /// <summary>Each generates a token and ends: the end of that step is its first token's.</summary>
    internal static IEnumerable<long> InTime(ReplicaRun run, IReadOnlyList<Job> jobs) => jobs
        .Where(job => run.Traces[job.Id].EndStep + 1 - job.ArrivalStep <= Classes[new ClassId(job.Class)].Slo.TtftUsMax / 1_000).Select(job => job.Id);
}
