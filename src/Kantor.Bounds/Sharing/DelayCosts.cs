using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Sharing;

/// <summary>
/// The least that a request's latency and payments come to, over all times at which it may end. Not safe to use from several threads.
/// </summary>
internal sealed class DelayCosts
{
    // Intervals of ends grow by this share of the distance from the earliest.
    private const double Growth = 1 / 16.0;
    private readonly BoundRequest[] _requests;
    private readonly SharedParts _parts;
    private readonly DelayEdges _edges;
    private readonly DelayPrices _prices;
    private readonly WorkRates _full;
    private readonly double _widthUs;
    private readonly DecodeRun[] _room = new DecodeRun[SharedParts.RunsMax];
    private readonly Placed[] _trial = new Placed[SharedParts.RunsMax + 1];
    private readonly Placed[] _chosen = new Placed[SharedParts.RunsMax + 1];

    public DelayCosts(
        BoundRequest[] byArrival, SharedParts parts, DelayEdges edges, DelayPrices prices, WorkRates full, TimeBuckets buckets)
    {
        (_requests, _parts, _edges, _prices, _full, _widthUs) = (byArrival, parts, edges, prices, full, buckets.WidthUs);
        (FullUs, BesideUs) = (new double[buckets.Count], new double[buckets.Count]);
    }

    /// <summary>Machine time by bucket where requests have it cheapest, fixed parts of steps divided over tokens.</summary>
    public double[] FullUs { get; }

    /// <summary>The same beside the fixed parts, without decodes.</summary>
    public double[] BesideUs { get; }

    public OwnDelay OwnOf(int at, double[] heights) =>
        new(_edges, heights, at, _requests[at].ArrivalUs, _parts.FixedUs(_requests[at]));

    /// <summary>The least, in intervals of the end each of which has the windows of its latest, and the latency there.</summary>
    public (double Cost, double LatencyUs) Least(int at, double[] heights)
    {
        ref readonly var request = ref _requests[at];
        var runs = _parts.Runs(request, _room);
        var own = OwnOf(at, heights);
        var (best, from, mostUs) = ((Cost: double.PositiveInfinity, LatencyUs: 0.0), _parts.LeastUs(request), own.MostUs);
        var leastUs = from;
        while (from - mostUs < best.Cost)
        {
            var to = from + Math.Max(_widthUs, (from - leastUs) * Growth);
            var (delay, latency) = own.Least(from, to);
            var cost = delay + Cost(request, runs, to);
            if (cost < best.Cost)
            {
                best = (cost, latency);
                _trial.CopyTo(_chosen, 0);
            }

            from = to;
        }

        Use(request, runs);
        return best;
    }

    private double Cost(in BoundRequest request, ReadOnlySpan<DecodeRun> runs, double latencyUs)
    {
        var endUs = request.ArrivalUs + latencyUs;
        var promptByUs = endUs - _parts.DecodesFixedUs(request);
        var prompt = _prices.PromptTokens(request.FreshTokens, request.ArrivalUs, promptByUs);
        var read = _prices.Reads(_parts.PromptReadUs(request), request.ArrivalUs, promptByUs);
        var sum = prompt.Cost + read.Cost;
        _trial[0] = new Placed(prompt.Bucket, read.Bucket);
        endUs += _parts.BatchUsMax(request);
        for (var run = 0; run < runs.Length; run++)
        {
            ref readonly var one = ref runs[run];
            var decodes = _prices.Decodes(one.Decodes, one.FromUs, endUs - one.AfterUs);
            read = _prices.Reads(one.ReadUs, one.FromUs, endUs - one.AfterUs);
            sum += decodes.Cost + read.Cost;
            _trial[run + 1] = new Placed(decodes.Bucket, read.Bucket);
        }

        return sum;
    }

    private void Use(in BoundRequest request, ReadOnlySpan<DecodeRun> runs)
    {
        FullUs[_chosen[0].Tokens] += request.FreshTokens * _full.PrefillTokenUs;
        BesideUs[_chosen[0].Tokens] += request.FreshTokens * _parts.Minorant.Rates.PrefillTokenUs;
        Read(_chosen[0].Reads, _parts.PromptReadUs(request));
        for (var run = 0; run < runs.Length; run++)
        {
            FullUs[_chosen[run + 1].Tokens] += runs[run].Decodes * _full.DecodeTokenUs;
            Read(_chosen[run + 1].Reads, runs[run].ReadUs);
        }

        void Read(int bucket, double us)
        {
            FullUs[bucket] += us;
            BesideUs[bucket] += us;
        }
    }

    private readonly record struct Placed(int Tokens, int Reads);
}
