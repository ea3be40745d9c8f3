using Kantor.Bounds.Hindsight;
using Kantor.Core.Randomness;
using Kantor.Solvers.Rounds;

namespace Kantor.Solvers.Tests.Rounds;

/// <summary>Random jobs that are few and short enough to be solved exactly.</summary>
internal static class SmallJobs
{
    public static (BoundJob[] Jobs, long PoolTokens) Draw(ulong seed, int jobsMax, int roundsMax)
    {
        var random = new RandomStream(seed, "small-jobs");
        var spread = random.NextInt(2) == 0 ? 1 : 8;
        BoundJob[] jobs = [.. Enumerable.Range(0, 2 + random.NextInt(jobsMax - 1)).Select(_ => Job(random, spread, roundsMax))];
        return (jobs, jobs.Max(job => job.PeakTokens) + random.NextInt(12));
    }

    /// <summary>Due after once to thrice as long as they take, in pools with room for about two.</summary>
    public static (DueJob[] Jobs, long PoolTokens) DrawDue(ulong seed, int jobsMax, int roundsMax)
    {
        var (jobs, pool) = Draw(seed, jobsMax, roundsMax);
        var random = new RandomStream(seed, "due");
        return ([.. jobs.Select(job => new DueJob(job, job.ArrivalRound + (job.Rounds * (10 + random.NextInt(20)) / 10), 1 + random.NextInt(3)))], pool);
    }

    private static BoundJob Job(RandomStream random, int spread, int roundsMax) =>
        BoundJob.InTheory(random.NextInt(spread), 1 + random.NextInt(9), 1 + random.NextInt(roundsMax));
}
