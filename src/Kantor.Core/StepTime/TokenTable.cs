namespace Kantor.Core.StepTime;

/// <summary>
/// A non-decreasing function of a count, tabulated for fast look-up: exact up to <see cref="ExactMax"/>, linear between every
/// <see cref="Stride"/>th count after it, and with the last slope beyond the table.
/// </summary>
public sealed class TokenTable
{
    /// <summary>Counts up to this one are tabulated one by one.</summary>
    public const int ExactMax = 1024;

    /// <summary>Distance of the tabulated counts after that.</summary>
    public const int Stride = 64;

    private readonly double[] _exact = new double[ExactMax + 1];
    private readonly double[] _coarse;

    /// <summary>
    /// The table of a function up to at least <paramref name="countMax"/>. Where the function falls, the table keeps the greatest value so
    /// far.
    /// </summary>
    /// <exception cref="ArgumentException">The function gives a negative value or one that is not finite.</exception>
    public TokenTable(Func<int, double> function, int countMax)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfLessThan(countMax, 1);
        var highest = 0.0;
        for (var count = 1; count <= ExactMax; count++) _exact[count] = highest = Math.Max(highest, Checked(function, count));
        _coarse = new double[Math.Max(2, ((Math.Max(0, countMax - ExactMax) + Stride - 1) / Stride) + 1)];
        _coarse[0] = highest;
        for (var i = 1; i < _coarse.Length; i++) _coarse[i] = highest = Math.Max(highest, Checked(function, ExactMax + (i * Stride)));
    }

    /// <summary>The value of a count; 0 for none.</summary>
    public double At(int count)
    {
        if (count <= ExactMax) return _exact[count];
        var index = Math.Min((count - ExactMax) / Stride, _coarse.Length - 2);
        var left = _coarse[index];
        return left + ((_coarse[index + 1] - left) * (count - ExactMax - (index * Stride)) / Stride);
    }

    private static double Checked(Func<int, double> function, int count)
    {
        var value = function(count);
        if (value >= 0 && double.IsFinite(value)) return value;
        throw new ArgumentException($"The function gives {value} for {count}; a time is finite and at least 0.", nameof(function));
    }
}
