namespace Kantor.Core.StepTime;

/// <summary>
/// A function of two amounts, non-decreasing in both, tabulated at powers of two and bilinear between them. Arguments below 1 count as 1.
/// Evaluation needs no logarithm: the octave is the exponent of the floating-point number.
/// </summary>
public sealed class OctaveGrid
{
    private readonly int _columns;
    private readonly int _rowMax;
    private readonly double[] _values;

    /// <summary>
    /// The table of a function for x up to 2^<paramref name="xOctaves"/> and y up to 2^<paramref name="yOctaves"/>; beyond, the value at
    /// the edge grows in proportion to how far the argument lies outside. Where the function falls over y, the table keeps the greatest
    /// value so far; where it falls over x, as the same amount of work takes less time when it is spread wider, the least of what follows.
    /// </summary>
    /// <exception cref="ArgumentException">The function gives a negative value or one that is not finite.</exception>
    public OctaveGrid(Func<double, double, double> function, int xOctaves, int yOctaves)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfLessThan(xOctaves, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(yOctaves, 1);
        _rowMax = xOctaves;
        _columns = yOctaves + 1;
        _values = new double[(xOctaves + 1) * _columns];
        for (var x = 0; x <= xOctaves; x++)
        {
            for (var y = 0; y < _columns; y++)
            {
                _values[(x * _columns) + y] = RisingOverY(x, y, function(Math.ScaleB(1, x), Math.ScaleB(1, y)));
            }
        }

        for (var i = (xOctaves * _columns) - 1; i >= 0; i--) _values[i] = Math.Min(_values[i], _values[i + _columns]);
    }

    /// <summary>The function's value; both arguments are finite.</summary>
    public double At(double x, double y)
    {
        var beyond = Math.Max(1, Math.ScaleB(x, -_rowMax)) * Math.Max(1, Math.ScaleB(y, 1 - _columns));
        var (row, right) = Locate(x, _rowMax);
        var (column, up) = Locate(y, _columns - 1);
        var corner = (row * _columns) + column;
        var low = _values[corner] + ((_values[corner + 1] - _values[corner]) * up);
        corner += _columns;
        var high = _values[corner] + ((_values[corner + 1] - _values[corner]) * up);
        return beyond * (low + ((high - low) * right));
    }

    private static (int Octave, double Part) Locate(double value, int octaves)
    {
        if (value <= 1) return (0, 0);
        var octave = Math.ILogB(value);
        return octave < octaves ? (octave, Math.ScaleB(value, -octave) - 1) : (octaves - 1, 1);
    }

    private double RisingOverY(int x, int y, double value)
    {
        if (value >= 0 && double.IsFinite(value)) return y > 0 ? Math.Max(value, _values[(x * _columns) + y - 1]) : value;
        throw new ArgumentException($"The function gives {value} for (2^{x}, 2^{y}); a time is finite and at least 0.", nameof(value));
    }
}
