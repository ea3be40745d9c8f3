using Kantor.Core.Randomness;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Recorders that stamp requests with the time of a coarse tick make arrivals look like batches (Mooncake's: 1,180 distinct times, 3 s
/// apart, for 12,031 requests). This tells such traces and undoes it.
/// </summary>
/// <param name="Requests">Requests of the trace.</param>
/// <param name="DistinctTimes">Different arrival times among them.</param>
/// <param name="TickUs">Median distance between consecutive different times; 0 with fewer than two.</param>
public sealed record ArrivalBatches(int Requests, int DistinctTimes, long TickUs)
{
    // Fewer ticks than this say nothing about a recorder: a burst at one or two moments is meant as it is.
    private const int DistinctTimesMin = 10;

    /// <summary>Whether arrivals come in batches: at least two requests a tick, ticks of at least a second.</summary>
    public bool AreBatched => DistinctTimes >= DistinctTimesMin && Requests >= 2L * DistinctTimes && TickUs >= 1_000_000;

    /// <summary>Looks at a trace in order of arrival.</summary>
    public static ArrivalBatches Of(IReadOnlyList<TraceRequest> trace)
    {
        var gaps = new List<long>();
        for (var index = 1; index < trace.Count; index++)
        {
            if (trace[index].ArrivalUs > trace[index - 1].ArrivalUs) gaps.Add(trace[index].ArrivalUs - trace[index - 1].ArrivalUs);
        }

        gaps.Sort();
        return new ArrivalBatches(trace.Count, trace.Count == 0 ? 0 : gaps.Count + 1, gaps.Count == 0 ? 0 : gaps[gaps.Count / 2]);
    }

    /// <summary>
    /// Each request moves to a random moment, uniform within the tick that its time begins; the order stays. Given their number, the
    /// arrivals of a Poisson process within a tick lie like that.
    /// </summary>
    public IReadOnlyList<TraceRequest> Spread(IReadOnlyList<TraceRequest> trace, RandomStream random)
    {
        var spread = new TraceRequest[trace.Count];
        for (var start = 0; start < trace.Count;)
        {
            var end = start + 1;
            while (end < trace.Count && trace[end].ArrivalUs == trace[start].ArrivalUs) end++;
            var widthUs = end < trace.Count ? Math.Min(TickUs, trace[end].ArrivalUs - trace[start].ArrivalUs) : TickUs;
            var offsets = new long[end - start];
            for (var index = 0; index < offsets.Length; index++) offsets[index] = (long)(random.NextDouble() * widthUs);
            Array.Sort(offsets);
            for (; start < end; start++) spread[start] = trace[start] with { ArrivalUs = trace[start].ArrivalUs + offsets[^(end - start)] };
        }

        return spread;
    }
}
