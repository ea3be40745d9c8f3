using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Sharing;

/// <summary>
/// The mean time to the end on one machine whose steps requests share: who is there is delayed by what others compute (docs/bounds.md,
/// section 4.2).
/// </summary>
internal static class SharingBound
{
    private const int BucketsMax = 1 << 18;
    private const int BucketsPerLatency = 50;
    private const double WorkMax = 5e5;
    private static readonly double[] BatchShares = [0, 0.8, 1.6];

    /// <summary>The bound in seconds; null where step times have no such minorant.</summary>
    /// <param name="byArrival">The requests in order of arrival.</param>
    /// <param name="work">What they need of the one machine.</param>
    /// <param name="full">Machine time of tokens where fixed parts are divided over them.</param>
    /// <param name="totalUs">All machine time of a request by it.</param>
    public static double? MeanS(BoundRequest[] byArrival, FleetWork work, WorkRates full, Func<BoundRequest, double> totalUs)
    {
        if (TypicalStep(byArrival, work) is not { } minorant) return null;
        var parts = new SharedParts(work, minorant);
        var pieces = BusyTimes.Pieces(Array.ConvertAll(byArrival, request => new ArrivingWork(request.ArrivalUs, totalUs(request))));
        var buckets = Buckets(byArrival, parts, pieces.Count > 0 ? pieces[^1].UntilUs : 0);
        var evaluations = (int)Math.Clamp(WorkMax / byArrival.Length, 5, 70);
        DelayAscent[] ascents = [.. BatchShares.Select(Ascent)];
        var best = ascents.MaxBy(ascent => ascent.Best)!;
        best.Run(BusyPrices.Of(pieces, buckets), evaluations);

        // Rounding of sums: far more than it can be.
        return best.Best * (1 - 1e-9) / byArrival.Length / 1e6;

        DelayAscent Ascent(double share) => new DelayAscent(new DelayDual(byArrival, parts, full, share, buckets)).Start(0).Start(1);
    }

    /// <summary>
    /// The minorant that is best where as many requests share a step as would if each were there for half as long again as alone; at most
    /// half of what a step can hold.
    /// </summary>
    private static StepMinorant? TypicalStep(BoundRequest[] byArrival, FleetWork work)
    {
        var (aloneUs, steps, tokens, decodes) = (0.0, 0.0, 0.0, 0.0);
        foreach (var request in byArrival)
        {
            aloneUs += work.PrefillAloneUs(request) + work.DecodesAloneUs(request, 1, request.Decodes);
            steps += Math.Ceiling(request.FreshTokens / (double)work.Fleet.Limits.StepTokensMax) + request.Decodes;
            (tokens, decodes) = (tokens + request.FreshTokens, decodes + request.Decodes);
        }

        if (!(aloneUs > 0)) return null;
        var there = 1.5 * aloneUs / (byArrival[^1].ArrivalUs - byArrival[0].ArrivalUs + (aloneUs / byArrival.Length));
        var limits = work.Fleet.Limits;
        there = Math.Min(there, Math.Min(limits.StepTokensMax * steps / (tokens + decodes), limits.RunningMax) / 2.0);
        return work.Minorant(there * tokens / steps, there * decodes / steps);
    }

    private static TimeBuckets Buckets(BoundRequest[] byArrival, SharedParts parts, double busyUntilUs)
    {
        var (startUs, endUs, sumUs) = (byArrival[0].ArrivalUs, busyUntilUs, 0.0);
        foreach (var request in byArrival)
        {
            var leastUs = parts.LeastUs(request);
            (endUs, sumUs) = (Math.Max(endUs, request.ArrivalUs + leastUs), sumUs + leastUs);
        }

        var widthUs = Math.Max((endUs - startUs) / (BucketsMax - 2), sumUs / byArrival.Length / BucketsPerLatency);
        return new TimeBuckets(startUs, widthUs, (int)((endUs - startUs) / widthUs) + 2);
    }
}
