namespace Kantor.Hardware.Profiles;

/// <summary>Interpolation in logarithms: measured times follow power laws between neighbouring points.</summary>
internal static class GridInterpolation
{
    /// <summary>Index of the knot at or before a value and the logarithmic part of the way to the next; clamped to the ends.</summary>
    public static (int Index, double Part) Locate(IReadOnlyList<double> knots, double value)
    {
        if (knots.Count == 1 || value <= knots[0]) return (0, 0);
        var last = knots.Count - 2;
        if (value >= knots[^1]) return (last, 1);
        int low = 0, high = last;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (knots[middle] <= value) low = middle;
            else high = middle - 1;
        }

        return (low, Math.Log(value / knots[low]) / Math.Log(knots[low + 1] / knots[low]));
    }

    /// <summary>Value of a curve: between knots a power law, before the first the first value, beyond the last in proportion.</summary>
    public static double Curve(IReadOnlyList<double> knots, IReadOnlyList<double> us, double value)
    {
        if (knots.Count == 1) return us[0] * Math.Max(1, value / knots[0]);
        var (index, part) = Locate(knots, value);
        return Math.Max(1, value / knots[^1]) * Between(us[index], us[index + 1], part);
    }

    /// <summary>Value of a grid, by the same rule in both directions.</summary>
    public static double At(GridFit grid, double x, double y)
    {
        var (row, right) = Locate(grid.X, x);
        var next = Math.Min(row + 1, grid.X.Count - 1);
        var beyond = Math.Max(1, x / grid.X[^1]);
        return beyond * Between(Curve(grid.Y, grid.Us[row], y), Curve(grid.Y, grid.Us[next], y), right);
    }

    /// <summary>Geometric interpolation.</summary>
    public static double Between(double left, double right, double part) =>
        part <= 0 ? left : part >= 1 ? right : left * Math.Pow(right / left, part);
}
