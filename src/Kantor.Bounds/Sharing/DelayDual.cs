using Kantor.Bounds.Facts;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Work;

namespace Kantor.Bounds.Sharing;

/// <summary>
/// The dual function of docs/bounds.md, section 4.2. Every value of it is a lower bound of the sum of latencies on one machine. Concave and
/// piecewise linear.
/// </summary>
internal sealed class DelayDual
{
    // A fixed number, so that sums are the same on every machine.
    private const int Workers = 4;
    private readonly DelayEdges _edges;
    private readonly DelayPrices _prices;
    private readonly DelayCosts[] _costs;
    private readonly double[] _sums = new double[Workers];
    private readonly double[] _latencies;
    private readonly double[] _before;

    public DelayDual(BoundRequest[] byArrival, SharedParts parts, WorkRates full, double batchShare, TimeBuckets buckets)
    {
        Buckets = buckets;
        _edges = new DelayEdges(byArrival, parts, buckets);
        _prices = new DelayPrices(_edges, parts.Minorant, full, batchShare, buckets);
        _costs = [.. Enumerable.Range(0, Workers).Select(_ => new DelayCosts(byArrival, parts, _edges, _prices, full, buckets))];
        (_latencies, _before) = (new double[byArrival.Length], new double[buckets.Count + 1]);
    }

    public TimeBuckets Buckets { get; }

    /// <summary>A point at which each request's price of delay falls to 0 at its first edge.</summary>
    /// <param name="machine">Prices of machine time.</param>
    /// <param name="height">The price up to there.</param>
    public DelayPoint PointAt(double[] machine, double height)
    {
        var heights = new double[DelayEdges.Levels * _edges.Requests];
        Array.Fill(heights, height, 0, _edges.Requests);
        return new DelayPoint(machine, heights);
    }

    /// <summary>Its value in microseconds, and a supergradient: what is taken of time beyond what there is of it.</summary>
    public double At(DelayPoint point, DelayPoint supergradient)
    {
        _prices.Set(point);
        Parallel.For(0, Workers, worker => _sums[worker] = SumOf(worker, point.Heights));
        SetMachine(supergradient.Machine);
        SetHeights(point.Heights, supergradient.Heights);
        return _sums.Sum() - _prices.OwedUs;
    }

    private double SumOf(int worker, double[] heights)
    {
        var costs = _costs[worker];
        Array.Clear(costs.FullUs);
        Array.Clear(costs.BesideUs);
        var (from, to) = ((long)_latencies.Length * worker / Workers, (long)_latencies.Length * (worker + 1) / Workers);
        var sum = 0.0;
        for (var at = (int)from; at < to; at++)
        {
            (var cost, _latencies[at]) = costs.Least(at, heights);
            sum += cost;
        }

        return sum;
    }

    private void SetMachine(double[] machine)
    {
        for (var bucket = 0; bucket < machine.Length - 1; bucket++)
        {
            machine[bucket] = -Buckets.WidthUs;
            _before[bucket + 1] = _before[bucket];
            foreach (var costs in _costs)
            {
                machine[bucket] += costs.FullUs[bucket];
                _before[bucket + 1] += costs.BesideUs[bucket];
            }
        }
    }

    private void SetHeights(double[] heights, double[] supergradient)
    {
        for (var at = 0; at < _latencies.Length; at++)
        {
            var own = _costs[0].OwnOf(at, heights);
            for (var level = 0; level < DelayEdges.Levels; level++)
            {
                supergradient[(level * _latencies.Length) + at] =
                    _edges.Between(_before, level, at) - own.RoomUs(level, _latencies[at]);
            }
        }
    }
}
