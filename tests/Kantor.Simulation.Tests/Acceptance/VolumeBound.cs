using Kantor.Simulation.Traces;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>
/// A lower bound of the total latency of any schedule, non-preemptive or not, that knows everything beforehand, in rounds of unit time on one
/// worker with KV for M tokens (research notes, theory 2.4; mean-busy-time relaxation): the memory as one machine of speed M on which request
/// i is work of its volume, served smallest volume first with preemption.
/// </summary>
internal static class VolumeBound
{
    /// <summary>The bound in rounds; arrivals are in rounds. Token j of an answer is generated with s + j − 1 tokens in KV.</summary>
    public static double TotalLatency(IReadOnlyList<TraceRequest> trace, long poolTokens)
    {
        var jobs = trace.Select(request => new Job(request)).ToArray();
        var meanBusy = MeanBusyTimes(jobs, poolTokens);
        return meanBusy.Sum() + (jobs.Length / 2.0) + jobs.Sum(job => job.Output - job.MeanIndex) - trace.Sum(request => (double)request.ArrivalUs);
    }

    private static double[] MeanBusyTimes(Job[] jobs, long speed)
    {
        var left = jobs.Select(job => job.Volume).ToArray();
        var busy = new double[jobs.Length];
        var now = 0.0;
        while (left.Any(work => work > 0))
        {
            var ready = Enumerable.Range(0, jobs.Length).Where(job => left[job] > 0 && jobs[job].Arrival <= now).ToArray();
            var nextArrival = jobs.Where(job => job.Arrival > now).Select(job => job.Arrival).DefaultIfEmpty(double.PositiveInfinity).Min();
            if (ready.Length == 0)
            {
                now = nextArrival;
                continue;
            }

            var served = ready.MinBy(job => jobs[job].Volume);
            var until = Math.Min(nextArrival, now + (left[served] / speed));
            var work = until == nextArrival ? (until - now) * speed : left[served];
            busy[served] += work / jobs[served].Volume * (now + until) / 2;
            left[served] = until == nextArrival ? Math.Max(0, left[served] - work) : 0;
            now = until;
        }

        return busy;
    }

    private sealed class Job
    {
        public Job(TraceRequest request)
        {
            Arrival = request.ArrivalUs;
            Output = request.OutputTokens;
            for (long token = 1; token <= request.OutputTokens; token++)
            {
                var tokensHeld = request.PromptTokens + token - 1;
                Volume += tokensHeld;
                MeanIndex += token * tokensHeld;
            }

            MeanIndex /= Volume;
        }

        public double Arrival { get; }

        public double Output { get; }

        public double Volume { get; }

        /// <summary>Index of a token of the answer, in the mean weighted by the KV held for it.</summary>
        public double MeanIndex { get; }
    }
}
