using Kantor.Bounds.Hindsight;

namespace Kantor.Solvers.Rounds;

/// <summary>A price of a token for a round, by bucket; nothing after the last. Any prices of at least 0 prove a bound.</summary>
internal sealed class RoundPrices
{
    private readonly RoundBuckets _buckets;

    // Of the rounds up to t: the sum of prices, and of prices times rounds.
    private readonly double[] _sums;
    private readonly double[] _moments;

    /// <summary>Prices of all buckets; below 0 counts as 0.</summary>
    public RoundPrices(RoundBuckets buckets, ReadOnlySpan<double> prices)
    {
        _buckets = buckets;
        var rounds = buckets.StartOf(buckets.Count);
        (_sums, _moments) = (new double[rounds + 1], new double[rounds + 1]);
        for (var round = 1; round <= rounds; round++)
        {
            var price = Math.Max(0, prices[buckets.Of(round)]);
            _sums[round] = _sums[round - 1] + price;
            _moments[round] = _moments[round - 1] + (price * round);
        }
    }

    /// <summary>The least that any schedule costs within a pool, by weak duality.</summary>
    public double LeastCost(IEnumerable<StartChoice> choices, long poolTokens) => choices.Sum(Least) - (poolTokens * _sums[^1]);

    /// <summary>The least cost of a job that pays for its memory. After the last bucket memory is free, and later is no better.</summary>
    private double Least(StartChoice choice)
    {
        var least = choice.Unplaced;
        var last = Math.Min(choice.StartMax, Math.Max(choice.Job.ArrivalRound, _buckets.StartOf(_buckets.Count)));
        for (var start = choice.Job.ArrivalRound; start <= last; start++)
        {
            least = Math.Min(least, choice.Cost(start) + Price(choice.Job, start));
        }

        return least;
    }

    /// <summary>Σ over t = k + 1 … k + o of μ(t)·(h + t − k).</summary>
    private double Price(in BoundJob job, int start)
    {
        var (from, to) = (Math.Min(start, _sums.Length - 1), Math.Min(start + job.Rounds, _sums.Length - 1));
        return ((job.Kv.HeldTokens - start) * (_sums[to] - _sums[from])) + (_moments[to] - _moments[from]);
    }
}
