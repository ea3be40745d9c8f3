namespace Kantor.Bounds.Latency;

/// <summary>Work that arrives.</summary>
/// <param name="ArrivalUs">When.</param>
/// <param name="Work">How much of a resource's time, at least 0.</param>
internal readonly record struct ArrivingWork(double ArrivalUs, double Work);

/// <summary>Mean busy times on one resource of a given speed.</summary>
internal static class BusyTimes
{
    /// <summary>
    /// Least sum of mean busy times of any preemptive schedule: whoever has arrived and has the least work is served (Smith's rule for mean
    /// busy times with release dates, Goemans 1996; research notes, theory 2.4). n log n.
    /// </summary>
    /// <param name="byArrival">Work in order of arrival; what has none is done when it arrives.</param>
    /// <param name="speed">Work done in a microsecond, above 0.</param>
    public static double LeastSumUs(ReadOnlySpan<ArrivingWork> byArrival, double speed)
    {
        var left = WorkOf(byArrival);
        var ready = new PriorityQueue<int, (double Work, int Index)>();
        var (sum, now, next) = (0.0, 0.0, 0);
        while (next < byArrival.Length || ready.Count > 0)
        {
            if (ready.Count == 0) now = Math.Max(now, byArrival[next].ArrivalUs);
            next = Enqueue(byArrival, next, now, ready);
            var served = ready.Peek();
            var endsAt = now + (left[served] / speed);
            var isCut = next < byArrival.Length && byArrival[next].ArrivalUs < endsAt;
            var until = isCut ? byArrival[next].ArrivalUs : endsAt;
            var work = isCut ? (until - now) * speed : left[served];
            sum += byArrival[served].Work > 0 ? work / byArrival[served].Work * (now + until) / 2 : now;
            left[served] -= work;
            if (!isCut) ready.Dequeue();
            now = until;
        }

        return sum;
    }

    private static double[] WorkOf(ReadOnlySpan<ArrivingWork> all)
    {
        var work = new double[all.Length];
        for (var at = 0; at < work.Length; at++) work[at] = all[at].Work;
        return work;
    }

    private static int Enqueue(
        ReadOnlySpan<ArrivingWork> byArrival, int next, double now, PriorityQueue<int, (double Work, int Index)> ready)
    {
        for (; next < byArrival.Length && byArrival[next].ArrivalUs <= now; next++) ready.Enqueue(next, (byArrival[next].Work, next));
        return next;
    }
}
