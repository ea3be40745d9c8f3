using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;

namespace Kantor.Bounds.Sharing;

/// <summary>
/// Until when each request puts a price on being delayed: from the beginning of its arrival's bucket on, the price falls at some
/// edges, multiples of its least latency, each at the beginning of a bucket (docs/bounds.md, section 4.2).
/// </summary>
internal sealed class DelayEdges
{
    private static readonly double[] Times = [1, 1.5, 2.25];
    private readonly TimeBuckets _buckets;
    private readonly int[] _starts;
    private readonly int[][] _edges;

    public DelayEdges(BoundRequest[] byArrival, SharedParts parts, TimeBuckets buckets)
    {
        _buckets = buckets;
        _starts = Array.ConvertAll(byArrival, request => buckets.At(request.ArrivalUs));
        _edges = [.. Times.Select(time => Array.ConvertAll(
            byArrival, request => buckets.Nearest(request.ArrivalUs + (time * parts.LeastUs(request)))))];
        foreach (var edges in _edges)
        {
            for (var at = 0; at < edges.Length; at++) edges[at] = Math.Max(edges[at], _starts[at]);
        }
    }

    /// <summary>Edges of a request.</summary>
    public static int Levels => Times.Length;

    public int Requests => _starts.Length;

    public double StartUs(int at) => _buckets.FromUs(_starts[at]);

    public double EdgeUs(int level, int at) => _buckets.FromUs(_edges[level][at]);

    /// <summary>Sum over an edge's time of what <paramref name="before"/> says has come up to each bucket.</summary>
    public double Between(double[] before, int level, int at) => before[_edges[level][at]] - before[_starts[at]];

    /// <summary>Sets the sum of the prices of all requests by bucket.</summary>
    /// <param name="heights">By how much each falls at its edges, edge by edge.</param>
    /// <param name="prices">The sums.</param>
    public void Sum(double[] heights, double[] prices)
    {
        Array.Clear(prices);
        for (var level = 0; level < _edges.Length; level++)
        {
            for (var at = 0; at < _starts.Length; at++)
            {
                var height = heights[(level * _starts.Length) + at];
                prices[_starts[at]] += height;
                prices[_edges[level][at]] -= height;
            }
        }

        var sum = 0.0;
        for (var bucket = 0; bucket < prices.Length - 1; bucket++)
        {
            sum += prices[bucket];
            prices[bucket] = Math.Max(0, sum);
        }

        prices[^1] = 0;
    }
}

/// <summary>What is free to choose: every choice of numbers that are not negative gives a bound.</summary>
/// <param name="Machine">Price of machine time by bucket; 0 in the last.</param>
/// <param name="Heights">By how much the price of each request's delay falls at its edges: first the first edge of all, and so on.</param>
internal sealed record DelayPoint(double[] Machine, double[] Heights);
