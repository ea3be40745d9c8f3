namespace Kantor.Bounds.Goodput;

/// <summary>
/// Lowers a <see cref="PriceDual"/>: first over one price for all time, then by projected subgradient steps of Polyak's length towards a
/// target a little below the best value so far, with the mean of the last prices tried now and then. It ends after so many evaluations, or
/// when the last <see cref="Patience"/> of them gained less than a part in <see cref="GainLeast"/>.
/// </summary>
internal sealed class PriceDescent
{
    private const int Patience = 250;
    private const double GainLeast = 1e-5;
    private const int MeanEvery = 125;
    private const double TargetShare = 0.02;
    private readonly PriceDual _dual;
    private readonly double[] _prices;
    private readonly double[] _mean;
    private readonly double[] _subgradient;
    private int _meanOf;

    private PriceDescent(PriceDual dual, int buckets)
    {
        _dual = dual;
        (_prices, _mean, _subgradient) = (new double[buckets], new double[buckets], new double[buckets]);
    }

    /// <summary>Best value with one price for all time.</summary>
    public double BestConstant { get; private set; }

    /// <summary>Best value.</summary>
    public double Best { get; private set; }

    public static PriceDescent Run(PriceDual dual, WorkItems items, int evaluationsMax)
    {
        var descent = new PriceDescent(dual, items.Buckets.Count);
        descent.StartConstant(items, dual.CapacityUs);
        descent.Descend(evaluationsMax);
        return descent;
    }

    private void StartConstant(WorkItems items, double capacityUs)
    {
        // No price at all bounds by everything, and none is worth more than the whole value a unit of mean work.
        const int tries = 24;
        var (low, high) = (0.0, items.Work > 0 ? 4 * items.Value / items.Work : 0);
        (BestConstant, var best) = (items.Value, 0.0);
        for (var attempt = 0; attempt < tries && high > 0; attempt++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            var (atLeft, atRight) = (items.AtConstant(left, capacityUs), items.AtConstant(right, capacityUs));
            if (atLeft < BestConstant) (BestConstant, best) = (atLeft, left);
            if (atRight < BestConstant) (BestConstant, best) = (atRight, right);
            (low, high) = atLeft <= atRight ? (low, right) : (left, high);
        }

        Array.Fill(_prices, best);
        Best = BestConstant;
    }

    private void Descend(int evaluationsMax)
    {
        var (bestBefore, lookedAt) = (Best, 0);
        for (var evaluation = 0; evaluation < evaluationsMax; evaluation++)
        {
            var value = _dual.At(_prices, _subgradient);
            Best = Math.Min(Best, value);
            if (!Step(value, Best * (1 - (TargetShare / Math.Sqrt(evaluation + 1))))) return;
            AddToMean();
            if (_meanOf == MeanEvery) TryMean();
            if (evaluation - lookedAt < Patience) continue;
            if (bestBefore - Best < GainLeast * bestBefore) return;
            (bestBefore, lookedAt) = (Best, evaluation);
        }
    }

    /// <summary>A step; false where there is nowhere to go.</summary>
    private bool Step(double value, double target)
    {
        var square = 0.0;
        for (var at = 0; at < _prices.Length; at++)
        {
            if (_prices[at] == 0 && _subgradient[at] > 0) _subgradient[at] = 0;
            square += _subgradient[at] * _subgradient[at];
        }

        if (square == 0) return false;
        var length = (value - target) / square;
        for (var at = 0; at < _prices.Length; at++) _prices[at] = Math.Max(0, _prices[at] - (length * _subgradient[at]));
        return true;
    }

    private void AddToMean()
    {
        for (var at = 0; at < _prices.Length; at++) _mean[at] += _prices[at];
        _meanOf++;
    }

    private void TryMean()
    {
        for (var at = 0; at < _prices.Length; at++) _mean[at] /= _meanOf;
        Best = Math.Min(Best, _dual.At(_mean, _subgradient));
        Array.Clear(_mean);
        _meanOf = 0;
    }
}
