using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Batching.Policies.Fair;

/// <summary>What tenants are given over a run: a prompt token counts 1 when the request is admitted, a generated token 2.</summary>
internal static class Service
{
    /// <summary>
    /// The largest difference of service of two tenants over any interval in which both have somebody waiting after each step; cached prompt
    /// tokens count, or not. Nobody is preempted, which the bounds do not cover.
    /// </summary>
    public static double WorstGap(ReplicaRun run, IReadOnlyList<Job> jobs, bool countsCached = true)
    {
        var worst = ServiceGap.Worst(run, jobs, countsCached: countsCached);
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
        return worst;
    }

    /// <summary>Share of the prompts' tokens that was found in the cache.</summary>
    public static double HitRate(ReplicaRun run, IReadOnlyList<Job> jobs)
    {
        var (hits, started) = (0L, new HashSet<long>());
        while (!run.IsOver)
        {
            run.Arrive();
            var jobOf = ServiceGap.JobsByRow(run);
            foreach (var slice in run.Advance())
            {
                if (started.Add(jobOf[slice.Row].Id)) hits += slice.FromToken;
            }
        }

        return (double)hits / jobs.Sum(job => job.Prompt.Count);
    }
}
