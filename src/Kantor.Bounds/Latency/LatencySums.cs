using Kantor.Bounds.Facts;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Latency;

/// <summary>Lower bounds of mean latencies, in seconds (docs/bounds.md, section 4).</summary>
internal sealed class LatencySums(BoundRequest[] byArrival, FleetWork work)
{
    private int StepTokensMax => work.Fleet.Limits.StepTokensMax;

    public double FirstTokensAlone() => MeanS(byArrival.Sum(request => work.PrefillAloneUs(request)));

    public double EndsAlone() =>
        MeanS(byArrival.Sum(request => work.PrefillAloneUs(request) + work.DecodesAloneUs(request, 1, request.Decodes)));

    /// <summary>A prompt's work is done at most at the speed of one replica, so its mean lies half of it before the first token.</summary>
    public double FirstTokensByMachine()
    {
        var works = Array.ConvertAll(
            byArrival, request => new ArrivingWork(request.ArrivalUs, work.PrefillOnly.PrefillUs(request, StepTokensMax)));
        var sum = BusyTimes.LeastSumUs(works, work.Fleet.Replicas) + works.Sum(each => (each.Work / 2) - each.ArrivalUs);
        return MeanS(sum);
    }

    public double EndsByMachine(WorkRates rates)
    {
        var works = Array.ConvertAll(byArrival, request => new ArrivingWork(request.ArrivalUs, TotalUs(rates, request)));
        var sum = BusyTimes.LeastSumUs(works, work.Fleet.Replicas);
        foreach (var request in byArrival) sum += MachineTailUs(rates, request) - request.ArrivalUs;
        return MeanS(sum);
    }

    /// <summary>The same with KV memory as the resource: each decode holds what it reads for as long as its step takes.</summary>
    public double EndsByKv()
    {
        var works = Array.ConvertAll(byArrival, request => new ArrivingWork(request.ArrivalUs, KvUs(request)));
        var sum = BusyTimes.LeastSumUs(works, (double)work.Fleet.Replicas * work.Fleet.KvTokens);
        foreach (var request in byArrival) sum += KvTailUs(request) - request.ArrivalUs;
        return MeanS(sum);
    }

    private double MeanS(double sumUs) => sumUs / byArrival.Length / 1e6;

    /// <summary>All machine time of a request.</summary>
    public double TotalUs(WorkRates rates, in BoundRequest request) =>
        rates.PrefillUs(request, StepTokensMax) + (request.Decodes == 0 ? 0 : rates.DecodesUs(request, 1, request.Decodes));

    /// <summary>
    /// Least time from the mean of a request's work to its end: decodes follow each other, a step each, and the prompt comes before them.
    /// </summary>
    private double MachineTailUs(WorkRates rates, in BoundRequest request)
    {
        var prefill = rates.PrefillUs(request, StepTokensMax);
        var (weighted, after) = (0.0, 0.0);
        for (var decode = request.Decodes; decode >= 1; decode--)
        {
            var step = work.DecodesAloneUs(request, decode, decode);
            weighted += rates.DecodesUs(request, decode, decode) * (after + (step / 2));
            after += step;
        }

        weighted += prefill * (after + (prefill / 2));
        var total = TotalUs(rates, request);
        return total > 0 ? weighted / total : 0;
    }

    private double KvUs(in BoundRequest request)
    {
        var sum = 0.0;
        for (var decode = 1; decode <= request.Decodes; decode++)
        {
            sum += HeldTokens(request, decode) * work.DecodesAloneUs(request, decode, decode);
        }

        return sum;
    }

    private double KvTailUs(in BoundRequest request)
    {
        var (weighted, total, after) = (0.0, 0.0, 0.0);
        for (var decode = request.Decodes; decode >= 1; decode--)
        {
            var step = work.DecodesAloneUs(request, decode, decode);
            var held = HeldTokens(request, decode) * step;
            weighted += held * (after + (step / 2));
            total += held;
            after += step;
        }

        return total > 0 ? weighted / total : 0;
    }

    /// <summary>KV tokens of its own, which no other request shares.</summary>
    private static double HeldTokens(in BoundRequest request, int decode) => request.FreshTokens + decode - 1;
}
