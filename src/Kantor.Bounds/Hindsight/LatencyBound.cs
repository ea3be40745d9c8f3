namespace Kantor.Bounds.Hindsight;

/// <summary>
/// What no schedule of one worker can beat, though it knows everything beforehand: lower bounds of the total latency, the sum of completion
/// less arrival over all requests, in rounds of unit time with KV for M tokens (research notes, theory 2.4). Preempting schedules are bound
/// too, also those that resume for nothing. Valid without prefix sharing. Report a ratio with the bound's name.
/// </summary>
/// <param name="Name">Which bound it is.</param>
/// <param name="TotalRounds">The sum of latencies that it proves, in rounds.</param>
public readonly record struct LatencyBound(string Name, double TotalRounds)
{
    /// <summary>Name of <see cref="ByMeanBusyTime"/>.</summary>
    public const string MeanBusyTime = "mean busy time";

    /// <summary>Name of <see cref="ByVolume"/>.</summary>
    public const string Volume = "sum of volumes";

    /// <summary>Name of <see cref="ByRounds"/>.</summary>
    public const string Rounds = "rounds of each alone";

    /// <summary>The largest of the bounds that hold for these jobs.</summary>
    public static LatencyBound Best(IReadOnlyList<BoundJob> jobs, long poolTokens)
    {
        var best = ByRounds(jobs);
        if (ByMeanBusyTime(jobs, poolTokens) is var busy && busy.TotalRounds > best.TotalRounds) best = busy;
        if (ByVolume(jobs, poolTokens) is { } volume && volume.TotalRounds > best.TotalRounds) best = volume;
        return best;
    }

    /// <summary>Nobody waits.</summary>
    public static LatencyBound ByRounds(IReadOnlyList<BoundJob> jobs) => new(Rounds, jobs.Sum(job => (double)job.Rounds));

    /// <summary>
    /// Total latency times M is at least the sum, over requests in order of volume, of the volumes up to theirs (arXiv 2606.22327,
    /// proposition 3.1). It holds when all arrive together; null otherwise.
    /// </summary>
    public static LatencyBound? ByVolume(IReadOnlyList<BoundJob> jobs, long poolTokens)
    {
        RequirePool(poolTokens);
        var (before, sum) = (0.0, 0.0);
        foreach (var volume in jobs.Select(job => job.Volume).Order()) sum += before += volume;
        return jobs.Any(job => job.ArrivalRound != jobs[0].ArrivalRound) ? null : new LatencyBound(Volume, sum / poolTokens);
    }

    /// <summary>
    /// The memory as one machine of speed M on which each request is work of its volume, served smallest volume first with preemption: that
    /// minimises the sum of mean busy times. A request ends o − E rounds after its mean busy time, E the mean index of its rounds weighted
    /// by what it holds, and half a round is lost to whole rounds (mean-busy-time relaxation with release dates; n log n).
    /// </summary>
    public static LatencyBound ByMeanBusyTime(IReadOnlyList<BoundJob> jobs, long poolTokens)
    {
        RequirePool(poolTokens);
        var sum = SumOfMeanBusyTimes([.. jobs.OrderBy(job => job.ArrivalRound)], poolTokens);
        foreach (var job in jobs) sum += 0.5 + job.Rounds - MeanIndex(job) - job.ArrivalRound;
        return new LatencyBound(MeanBusyTime, sum);
    }

    /// <summary>Sum of a·(h + a) over the volume, for a = 1 … o.</summary>
    private static double MeanIndex(in BoundJob job)
    {
        double rounds = job.Rounds;
        return ((job.Kv.HeldTokens * rounds * (rounds + 1) / 2) + (rounds * (rounds + 1) * ((2 * rounds) + 1) / 6)) / job.Volume;
    }

    private static double SumOfMeanBusyTimes(BoundJob[] byArrival, double speed)
    {
        var left = byArrival.Select(job => (double)job.Volume).ToArray();
        var ready = new PriorityQueue<int, (long Volume, int Index)>();
        var (sum, now, next) = (0.0, 0.0, 0);
        while (next < byArrival.Length || ready.Count > 0)
        {
            if (ready.Count == 0) now = Math.Max(now, byArrival[next].ArrivalRound);
            for (; next < byArrival.Length && byArrival[next].ArrivalRound <= now; next++)
            {
                ready.Enqueue(next, (byArrival[next].Volume, next));
            }

            var served = ready.Peek();
            var endsAt = now + (left[served] / speed);
            var isCut = next < byArrival.Length && byArrival[next].ArrivalRound < endsAt;
            var until = isCut ? byArrival[next].ArrivalRound : endsAt;
            var work = isCut ? (until - now) * speed : left[served];
            sum += work / byArrival[served].Volume * (now + until) / 2;
            left[served] -= work;
            if (!isCut) ready.Dequeue();
            now = until;
        }

        return sum;
    }

    private static void RequirePool(long poolTokens) => ArgumentOutOfRangeException.ThrowIfLessThan(poolTokens, 1);
}
