using Kantor.Bounds.Prices;

namespace Kantor.Bounds.Goodput;

/// <summary>
/// The dual function: for any prices that are not negative, what all capacity costs and what each request earns beyond its cheapest
/// placement. Every value of it is a bound. Convex and piecewise linear in the prices.
/// </summary>
internal sealed class PriceDual
{
    // A fixed number, so that sums are the same on every machine.
    private const int Parts = 8;
    private const int ParallelLeast = 4096;
    private readonly WorkItems _items;
    private readonly RangeMinima _minima;
    private readonly double[][] _usedUs = new double[Parts][];
    private readonly double[] _rents = new double[Parts];

    public PriceDual(WorkItems items, double capacityUs)
    {
        (_items, CapacityUs) = (items, capacityUs);
        _minima = new RangeMinima(items.Buckets.Count, items.SpanMax);
        for (var part = 0; part < Parts; part++) _usedUs[part] = new double[items.Buckets.Count];
    }

    /// <summary>Microseconds of all machines in a bucket, and what their memory is put equal to.</summary>
    public double CapacityUs { get; }

    /// <summary>Its value, and a subgradient: capacity less what the requests that still earn use of it.</summary>
    public double At(double[] prices, double[] subgradient)
    {
        _minima.Build(prices);
        if (_items.All.Length >= ParallelLeast) Parallel.For(0, Parts, part => _rents[part] = RentsOf(part, prices));
        else for (var part = 0; part < Parts; part++) _rents[part] = RentsOf(part, prices);
        var sum = 0.0;
        for (var bucket = 0; bucket < prices.Length; bucket++)
        {
            sum += CapacityUs * prices[bucket];
            subgradient[bucket] = CapacityUs;
            foreach (var used in _usedUs) subgradient[bucket] -= used[bucket];
        }

        return sum + _rents.Sum();
    }

    private double RentsOf(int part, double[] prices)
    {
        var used = _usedUs[part];
        Array.Clear(used);
        Span<int> chosen = stackalloc int[WorkItems.PerRequestMax];
        var (from, to) = ((long)_items.Requests * part / Parts, (long)_items.Requests * (part + 1) / Parts);
        var rents = 0.0;
        for (var request = (int)from; request < to; request++)
        {
            var items = _items.Of(request);
            var rent = _items.ValueOf(request);
            for (var at = 0; at < items.Length && rent > 0; at++)
            {
                chosen[at] = _minima.Cheapest(items[at].From, items[at].To);
                rent -= items[at].WorkUs * prices[chosen[at]];
            }

            if (rent <= 0) continue;
            rents += rent;
            for (var at = 0; at < items.Length; at++) used[chosen[at]] += items[at].WorkUs;
        }

        return rents;
    }
}
