namespace Kantor.Simulation.Metrics;

/// <summary>The t distribution, as far as a 95 % interval of a mean over few runs needs it.</summary>
public static class StudentT
{
    private const double Normal = 1.959963984540054;

    // Two-sided 5 % points for 1 to 30 degrees of freedom, as statistical tables print them.
    private static readonly double[] Points =
    [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314,
        2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
    ];

    /// <summary>The value that a t variable of so many degrees of freedom, at least 1, exceeds in size with probability 5 %; right to 0.0001.</summary>
    /// <remarks>Beyond the table by the Cornish-Fisher expansion about the normal distribution (Abramowitz and Stegun, 26.7.5).</remarks>
    public static double Point95(int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        if (degrees <= Points.Length) return Points[degrees - 1];
        var (cube, fifth) = (Math.Pow(Normal, 3), Math.Pow(Normal, 5));
        return Normal + ((cube + Normal) / (4 * degrees)) + (((5 * fifth) + (16 * cube) + (3 * Normal)) / (96.0 * degrees * degrees));
    }

    /// <summary>Half the width of the 95 % interval of the mean of independent values, t·s/√n; null with fewer than two.</summary>
    public static double? HalfWidth95(IReadOnlyList<double> values)
    {
        if (values.Count < 2) return null;
        var mean = values.Average();
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        return Point95(values.Count - 1) * Math.Sqrt(variance / values.Count);
    }
}
