namespace Kantor.Core.StepTime;

/// <summary>
/// A non-decreasing function through measured points: straight between them, flat before the first, with a fixed slope after the last.
/// </summary>
public sealed class PiecewiseLinear
{
    private readonly (double X, double Y)[] _points;
    private readonly double _slopeAfter;

    /// <summary>The function through <paramref name="points"/>, with ascending x and non-decreasing y.</summary>
    /// <exception cref="ArgumentException">There is no point, or the points or the slope make the function fall.</exception>
    public PiecewiseLinear(ReadOnlySpan<(double X, double Y)> points, double slopeAfter)
    {
        if (points.IsEmpty) throw new ArgumentException("A curve needs a point.", nameof(points));
        if (!(slopeAfter >= 0))
        {
            throw new ArgumentException($"The slope after the last point is {slopeAfter}; it must be at least 0.", nameof(slopeAfter));
        }

        for (var i = 1; i < points.Length; i++)
        {
            if (points[i].X > points[i - 1].X && points[i].Y >= points[i - 1].Y) continue;
            throw new ArgumentException(
                $"Point {i}, {points[i]}, must lie to the right of {points[i - 1]} and not below it.", nameof(points));
        }

        _points = points.ToArray();
        _slopeAfter = slopeAfter;
    }

    /// <summary>The function's value.</summary>
    public double At(double x)
    {
        if (x <= _points[0].X) return _points[0].Y;
        for (var i = 1; i < _points.Length; i++)
        {
            if (x > _points[i].X) continue;
            var (left, right) = (_points[i - 1], _points[i]);
            return left.Y + ((right.Y - left.Y) * (x - left.X) / (right.X - left.X));
        }

        return _points[^1].Y + (_slopeAfter * (x - _points[^1].X));
    }
}
