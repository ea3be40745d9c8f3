namespace Kantor.Bounds.Goodput;

/// <summary>
/// Looks for prices that prove much: where requests that are worth their price want more machine time than there is, the price rises, and falls
/// elsewhere (projected subgradient with shrinking steps; a request's work is spread over the cheap buckets of its window). Every path is a bound by
/// itself, so the lowest is kept. Deterministic on any number of threads.
/// </summary>
internal sealed class PriceSearch
{
    // Work goes to buckets that are dearer than the cheapest by at most this share of the usual price.
    private const double SpreadShare = 0.25;
    private const double StepShare = 0.5;
    private const int SpreadBucketsMax = 16;

    // A crowd that wants far more than there is does not throw its price up at once.
    private const double MoveMax = 3;

    // Parts of the sums, however many threads there are.
    private const int Parts = 16;

    private readonly WorkOfAll _work;
    private readonly GoodputBoundOptions _options;
    private readonly double _bucketSupplyUs;
    private readonly double _usualPrice;
    private readonly double[] _prices;
    private readonly double[] _costs;
    private readonly double[][] _loads;
    private readonly RangeMinima _minima;

    public PriceSearch(WorkOfAll work, int replicas, GoodputBoundOptions options)
    {
        (_work, _options) = (work, options);
        _bucketSupplyUs = (double)replicas * work.BucketUs;
        var us = work.Works.Sum(piece => piece.Us);
        _usualPrice = us > 0 ? work.Weights.Sum() / us : 0;
        _prices = new double[work.Buckets];
        _costs = new double[work.Weights.Length];
        _loads = [.. Enumerable.Range(0, Parts).Select(_ => new double[work.Buckets])];
        _minima = new RangeMinima(work.Buckets);
        BestPrices = new double[work.Buckets];
        Best = work.Weights.Sum();
    }

    /// <summary>The lowest bound so far; before any, that everybody is worth what it is.</summary>
    public double Best { get; private set; }

    /// <summary>The prices that prove it.</summary>
    public double[] BestPrices { get; private set; }

    /// <summary>Paths that were tried.</summary>
    public int Iterations { get; private set; }

    public void Run()
    {
        if (_usualPrice == 0) return;
        var (lastGainAt, mean) = (0, new double[_prices.Length]);
        for (Iterations = 1; Iterations <= _options.IterationsMax && Iterations - lastGainAt <= _options.PatienceIterations; Iterations++)
        {
            if (Try(_prices)) lastGainAt = Iterations;
            Spread();
            Move(StepShare * _usualPrice / Math.Sqrt(1 + (Iterations / 8.0)));
            for (var bucket = 0; bucket < mean.Length; bucket++) mean[bucket] += (_prices[bucket] - mean[bucket]) * 2 / (Iterations + 2);
            // The mean path wavers less than the last one.
            if (Iterations % 8 == 0 && Try(mean)) lastGainAt = Iterations;
        }
    }

    /// <summary>The bound that prices prove, which is kept when it is lower; true when it is so by enough.</summary>
    private bool Try(double[] prices)
    {
        _minima.Read(prices);
        Array.Clear(_costs);
        foreach (var piece in _work.Works) _costs[piece.Request] += piece.Us * _minima.Least(piece.First, piece.Last);
        var bound = _bucketSupplyUs * prices.Sum();
        for (var request = 0; request < _costs.Length; request++) bound += Math.Max(0, _work.Weights[request] - _costs[request]);
        if (bound >= Best) return false;
        var gains = bound < Best * (1 - _options.GainMin);
        (Best, BestPrices) = (bound, [.. prices]);
        return gains;
    }

    /// <summary>Spreads the work of requests that are worth their price over the cheap buckets of its windows.</summary>
    private void Spread()
    {
        _minima.Read(_prices);
        Array.Clear(_costs);
        foreach (var piece in _work.Works) _costs[piece.Request] += piece.Us * _minima.Least(piece.First, piece.Last);
        var width = SpreadShare * _usualPrice;
        Parallel.For(0, Parts, part =>
        {
            var load = _loads[part];
            Array.Clear(load);
            var (from, to) = ((int)((long)_work.Works.Length * part / Parts), (int)((long)_work.Works.Length * (part + 1) / Parts));
            for (var index = from; index < to; index++) Spread(_work.Works[index], width, load);
        });
    }

    private void Spread(in PricedWork piece, double width, double[] load)
    {
        var weight = _work.Weights[piece.Request];
        // Those at the edge count in part, so that the price of a crowd does not jump.
        var wants = weight == 0 ? 0 : Math.Clamp(0.5 + ((weight - _costs[piece.Request]) / (0.2 * weight)), 0, 1);
        if (wants == 0) return;
        // Of a wide window a comb of buckets stands for all, each time another one.
        var stride = 1 + ((piece.Last - piece.First) / SpreadBucketsMax);
        var (first, least, sum) = (piece.First + (Iterations % stride), double.PositiveInfinity, 0.0);
        for (var bucket = first; bucket <= piece.Last; bucket += stride) least = Math.Min(least, _prices[bucket]);
        for (var bucket = first; bucket <= piece.Last; bucket += stride) sum += Math.Max(0, 1 - ((_prices[bucket] - least) / width));
        var each = wants * piece.Us / sum;
        for (var bucket = first; bucket <= piece.Last; bucket += stride)
        {
            load[bucket] += each * Math.Max(0, 1 - ((_prices[bucket] - least) / width));
        }
    }

    private void Move(double step)
    {
        for (var bucket = 0; bucket < _prices.Length; bucket++)
        {
            var load = 0.0;
            foreach (var part in _loads) load += part[bucket];
            _prices[bucket] = Math.Max(0, _prices[bucket] + (step * Math.Min(MoveMax, (load / _bucketSupplyUs) - 1)));
        }
    }
}
