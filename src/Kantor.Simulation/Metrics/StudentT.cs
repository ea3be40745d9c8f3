namespace Kantor.Simulation.Metrics;

/// <summary>95 % intervals of means over few runs.</summary>
public static class StudentT
{
    /// <summary>The value that a t variable of so many degrees of freedom, at least 1, exceeds in size with probability 5 %.</summary>
    public static double Point95(int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        return MathNet.Numerics.Distributions.StudentT.InvCDF(location: 0, scale: 1, freedom: degrees, p: 0.975);
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
