using Kantor.Bounds.Hindsight;
using Kantor.Core.Randomness;

namespace Kantor.Papers.Rounds;

/// <summary>
/// Good schedules without preemption for instances that are too large for the exact optimum: a list of requests, each started in the first
/// round from which on it fits for all its life, improved by moving one request at a time. Some list gives the optimum, since no request of
/// an optimal schedule could start earlier.
/// </summary>
internal sealed class ScheduleSearch
{
    private readonly BoundJob[] _jobs;
    private readonly long _pool;
    private readonly long[] _used;

    private ScheduleSearch(BoundJob[] jobs, long poolTokens)
    {
        (_jobs, _pool) = (jobs, poolTokens);
        _used = new long[jobs.Max(job => job.ArrivalRound) + jobs.Sum(job => job.Rounds)];
    }

    /// <summary>Total latency of the best schedule found, beginning with a list.</summary>
    public static long TotalLatency(BoundJob[] jobs, long poolTokens, IReadOnlyList<int> list, int moves, ulong seed)
    {
        var search = new ScheduleSearch(jobs, poolTokens);
        var random = new RandomStream(seed, "moves");
        int[] best = [.. list];
        var least = search.TotalLatency(best);
        for (var move = 0; move < moves; move++)
        {
            var moved = Moved(best, random.NextInt(best.Length), random.NextInt(best.Length));
            var total = search.TotalLatency(moved);
            if (total <= least) (best, least) = (moved, total);
        }

        return least;
    }

    private static int[] Moved(int[] list, int from, int to)
    {
        var moved = list.ToList();
        moved.RemoveAt(from);
        moved.Insert(to, list[from]);
        return [.. moved];
    }

    private long TotalLatency(int[] list)
    {
        Array.Clear(_used);
        var total = 0L;
        foreach (var index in list)
        {
            var job = _jobs[index];
            var start = job.ArrivalRound;
            while (!Fits(job, start)) start++;
            for (var round = 0; round < job.Rounds; round++) _used[start + round] += job.Kv.HeldTokens + round + 1;
            total += start + job.Rounds - job.ArrivalRound;
        }

        return total;
    }

    /// <summary>Whether it fits when it starts then; its last rounds, in which it needs most, are looked at first.</summary>
    private bool Fits(BoundJob job, int start)
    {
        for (var round = job.Rounds - 1; round >= 0; round--)
        {
            if (_used[start + round] + job.Kv.HeldTokens + round + 1 > _pool) return false;
        }

        return true;
    }
}
