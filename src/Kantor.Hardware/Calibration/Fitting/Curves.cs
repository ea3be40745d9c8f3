using System.Globalization;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>Small tools on measured curves.</summary>
internal static class Curves
{
    /// <summary>A measured curve at given arguments: a power law between its points, flat before and in proportion after them.</summary>
    public static double[] AtKnots(SortedDictionary<int, double> curve, IReadOnlyList<int> knots)
    {
        double[] x = [.. curve.Keys.Select(key => (double)key)];
        double[] us = [.. curve.Values];
        return [.. knots.Select(knot => Round(GridInterpolation.Curve(x, us, knot)))];
    }

    /// <summary>The same without measured noise that makes the curve fall: each value at most the least of those after it.</summary>
    public static double[] WithoutOutliers(IReadOnlyList<double> us)
    {
        double[] result = [.. us];
        for (var i = result.Length - 2; i >= 0; i--) result[i] = Math.Min(result[i], result[i + 1]);
        return result;
    }

    /// <summary>Four significant digits: more than any measurement has.</summary>
    public static double Round(double us) => double.Parse(us.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>The middle of some values.</summary>
    public static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    /// <summary>
    /// A full grid from points at its knots: gaps inside a column by interpolation over x, before the first point its value, after the last
    /// one in proportion. A column without points takes its neighbour's.
    /// </summary>
    public static GridFit Grid(Dictionary<(double X, double Y), List<double>> points)
    {
        double[] xs = [.. points.Keys.Select(key => key.X).Distinct().Order()];
        double[] ys = [.. points.Keys.Select(key => key.Y).Distinct().Order()];
        var us = xs.Select(_ => new double[ys.Length]).ToArray();
        for (var column = 0; column < ys.Length; column++)
        {
            double[] known = [.. xs.Where(x => points.ContainsKey((x, ys[column])))];
            double[] values = [.. known.Select(x => Median(points[(x, ys[column])]))];
            for (var row = 0; row < xs.Length; row++) us[row][column] = Round(GridInterpolation.Curve(known, values, xs[row]));
        }

        return new GridFit(xs, ys, us);
    }

    /// <summary>How far a grid is from all points.</summary>
    public static FitError ErrorOf(GridFit grid, IEnumerable<(double X, double Y, double Us)> points) =>
        FitError.Of([.. points.Select(point => (GridInterpolation.At(grid, point.X, point.Y), point.Us))]);

    /// <summary>Whether a number is a power of two.</summary>
    public static bool IsPowerOfTwo(long value) => value > 0 && (value & (value - 1)) == 0;
}
