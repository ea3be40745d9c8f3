using Kantor.Bounds.Hindsight;

namespace Kantor.Solvers.Tests.Rounds;

/// <summary>A schedule that is there: smallest volume first, whoever fits until everybody who runs has ended (arXiv 2606.22327).</summary>
internal static class GreedyRounds
{
    public static long TotalLatency(IReadOnlyList<BoundJob> jobs, long poolTokens)
    {
        var held = new long[jobs.Max(job => job.ArrivalRound) + jobs.Sum(job => job.Rounds) + 1];
        var waiting = jobs.OrderBy(job => job.Volume).ToList();
        var total = 0L;
        for (var round = 0; waiting.Count > 0; round++)
        {
            foreach (var job in waiting.Where(job => job.ArrivalRound <= round).ToArray())
            {
                if (!Fits(job, round)) continue;
                for (var own = 1; own <= job.Rounds; own++) held[round + own] += job.Kv.HeldTokens + own;
                waiting.Remove(job);
                total += round + job.Rounds - job.ArrivalRound;
            }
        }

        return total;

        bool Fits(BoundJob job, int start) =>
            Enumerable.Range(1, job.Rounds).All(own => held[start + own] + job.Kv.HeldTokens + own <= poolTokens);
    }
}
