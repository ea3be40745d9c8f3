namespace Kantor.Bounds.Hindsight;

/// <summary>
/// How fast the queue between two segments of Nested WAIT thins out (arXiv 2504.11320, its analysis for unknown output lengths; research
/// notes, theory 3.7). Each batch takes up to n(k) from the queue of segment k and brings the survivors of n(k − 1) that were served before
/// it, each with probability p; the queue is longer than x with a probability that falls like exp(−θx).
/// </summary>
public static class SegmentDecay
{
    /// <summary>
    /// θ, the positive root of exp(−θ·n(k))·(1 − p + p·exp(θ))^n(k−1) = 1: the memory to keep for the queue grows with 1/θ. To double
    /// precision.
    /// </summary>
    /// <param name="limitBefore">n(k − 1), above 0.</param>
    /// <param name="limit">n(k), above p·n(k − 1) for the queue to be stable, and below n(k − 1) for it to be ever filled.</param>
    /// <param name="survivalShare">p, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public static double Rate(double limitBefore, double limit, double survivalShare)
    {
        if (!(survivalShare is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(survivalShare), survivalShare, "A share of survivors is above 0 and below 1.");
        }

        if (!(limitBefore > 0)) throw new ArgumentOutOfRangeException(nameof(limitBefore), limitBefore, "A limit is above 0.");
        if (!(limit > survivalShare * limitBefore && limit < limitBefore))
        {
            throw new ArgumentOutOfRangeException(
                nameof(limit), limit, $"The limit lies between the {survivalShare * limitBefore} survivors of a batch and {limitBefore}.");
        }

        var low = RateMin(limitBefore, limit, survivalShare);
        var high = low;
        while (Exponent(high, limitBefore, limit, survivalShare) <= 0) high *= 2;
        return Bisect(low, high, theta => Exponent(theta, limitBefore, limit, survivalShare));
    }

    /// <summary>A lower bound of θ in closed form, 8·(n(k) − p·n(k − 1))/n(k − 1), by Hoeffding's lemma.</summary>
    public static double RateMin(double limitBefore, double limit, double survivalShare) =>
        8 * (limit - (limitBefore * survivalShare)) / limitBefore;

    /// <summary>Logarithm of the left side; convex, 0 at 0 and at θ, negative between. Written so that no exponential overflows.</summary>
    private static double Exponent(double theta, double limitBefore, double limit, double survivalShare) =>
        (theta * (limitBefore - limit)) + (limitBefore * Math.Log(survivalShare + ((1 - survivalShare) * Math.Exp(-theta))));

    private static double Bisect(double low, double high, Func<double, double> exponent)
    {
        for (var middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2)
        {
            if (exponent(middle) <= 0) low = middle;
            else high = middle;
        }

        return low;
    }
}
