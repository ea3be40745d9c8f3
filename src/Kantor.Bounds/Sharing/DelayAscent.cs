namespace Kantor.Bounds.Sharing;

/// <summary>
/// Raises a <see cref="DelayDual"/>: first over multiples of given prices of machine time, then by projected supergradient steps of
/// Polyak's length towards a target a little above the best value so far.
/// </summary>
internal sealed class DelayAscent(DelayDual dual)
{
    private const int Scales = 5;
    private const double TargetShare = 0.05;

    // Prices of delays move so much less than those of machine time, as there are fewer of them and each weighs more.
    private const double HeightPace = 0.04;
    private readonly DelayPoint _supergradient = dual.PointAt(new double[dual.Buckets.Count], 0);
    private double _height;

    public double Best { get; private set; } = double.NegativeInfinity;

    /// <summary>
    /// Tries a price of delay for all requests, without prices of machine time; the best is what <see cref="Run"/> starts from.
    /// </summary>
    public DelayAscent Start(double height)
    {
        var best = Best;
        if (At(dual.PointAt(new double[dual.Buckets.Count], height)) > best) _height = height;
        return this;
    }

    /// <param name="machine">Prices of machine time to start from.</param>
    /// <param name="evaluations">Most evaluations of the dual, at least 1.</param>
    public void Run(double[] machine, int evaluations)
    {
        var scales = Math.Min(Scales, evaluations / 4);
        var point = dual.PointAt(Times(machine, BestScale(machine, scales)), _height);
        for (var evaluation = 0; evaluation < evaluations - (2 * scales); evaluation++)
        {
            var value = At(point);
            if (!Step(point, (Best * (1 + (TargetShare / Math.Sqrt(evaluation + 1)))) - value)) return;
        }
    }

    private double BestScale(double[] machine, int scales)
    {
        var (low, high, best, bestScale) = (0.0, 1.0, Best, 0.0);
        for (var attempt = 0; attempt < scales; attempt++)
        {
            var (left, right) = (low + ((high - low) / 3), high - ((high - low) / 3));
            var (atLeft, atRight) = (At(dual.PointAt(Times(machine, left), _height)), At(dual.PointAt(Times(machine, right), _height)));
            if (atLeft > best) (best, bestScale) = (atLeft, left);
            if (atRight > best) (best, bestScale) = (atRight, right);
            (low, high) = atLeft >= atRight ? (low, right) : (left, high);
        }

        return bestScale;
    }

    private static double[] Times(double[] prices, double scale) => Array.ConvertAll(prices, price => price * scale);

    private double At(DelayPoint point)
    {
        var value = dual.At(point, _supergradient);
        Best = Math.Max(Best, value);
        return value;
    }

    /// <summary>A step; false where there is nowhere to go.</summary>
    private bool Step(DelayPoint point, double missing)
    {
        var square = Square(point.Machine, _supergradient.Machine) + (HeightPace * Square(point.Heights, _supergradient.Heights));
        if (square == 0) return false;
        Move(point.Machine, _supergradient.Machine, missing / square);
        Move(point.Heights, _supergradient.Heights, HeightPace * missing / square);
        return true;
    }

    private static double Square(double[] at, double[] direction)
    {
        var square = 0.0;
        for (var index = 0; index < at.Length; index++)
        {
            if (at[index] == 0 && direction[index] < 0) direction[index] = 0;
            square += direction[index] * direction[index];
        }

        return square;
    }

    private static void Move(double[] at, double[] direction, double length)
    {
        for (var index = 0; index < at.Length; index++) at[index] = Math.Max(0, at[index] + (length * direction[index]));
    }
}
