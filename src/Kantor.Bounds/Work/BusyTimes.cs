namespace Kantor.Bounds.Work;

/// <summary>Work that arrives.</summary>
/// <param name="ArrivalUs">When.</param>
/// <param name="Work">How much of a resource's time, at least 0.</param>
internal readonly record struct ArrivingWork(double ArrivalUs, double Work);

/// <summary>A time in which one and the same is served.</summary>
/// <param name="Work">How much it was when it came.</param>
/// <param name="FromUs">Start.</param>
/// <param name="UntilUs">End.</param>
internal readonly record struct BusyPiece(double Work, double FromUs, double UntilUs);

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
        var sum = 0.0;
        Serve(byArrival, speed, piece => sum += piece.Work > 0
            ? (piece.UntilUs - piece.FromUs) * speed / piece.Work * (piece.FromUs + piece.UntilUs) / 2
            : piece.FromUs);
        return sum;
    }

    /// <summary>What that schedule serves, in order of time, at the speed of one.</summary>
    public static IReadOnlyList<BusyPiece> Pieces(ReadOnlySpan<ArrivingWork> byArrival)
    {
        var pieces = new List<BusyPiece>();
        Serve(byArrival, 1, pieces.Add);
        return pieces;
    }

    private static void Serve(ReadOnlySpan<ArrivingWork> byArrival, double speed, Action<BusyPiece> served)
    {
        var left = WorkOf(byArrival);
        var ready = new PriorityQueue<int, (double Work, int Index)>();
        var (now, next) = (0.0, 0);
        while (next < byArrival.Length || ready.Count > 0)
        {
            if (ready.Count == 0) now = Math.Max(now, byArrival[next].ArrivalUs);
            next = Enqueue(byArrival, next, now, ready);
            var first = ready.Peek();
            var endsAt = now + (left[first] / speed);
            var isCut = next < byArrival.Length && byArrival[next].ArrivalUs < endsAt;
            var until = isCut ? byArrival[next].ArrivalUs : endsAt;
            left[first] -= isCut ? (until - now) * speed : left[first];
            served(new BusyPiece(byArrival[first].Work, now, until));
            if (!isCut) ready.Dequeue();
            now = until;
        }
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
