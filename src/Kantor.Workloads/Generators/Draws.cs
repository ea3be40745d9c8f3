using Kantor.Core.Randomness;

namespace Kantor.Workloads.Generators;

/// <summary>Random numbers of the laws that workloads are made of.</summary>
internal static class Draws
{
    // Lanczos approximation with g = 7 (Press et al., Numerical Recipes, 6.1).
    private static readonly double[] Lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>A standard normal number (Box and Muller 1958).</summary>
    public static double Normal(RandomStream random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    /// <summary>An exponential number of mean 1.</summary>
    public static double Exponential(RandomStream random) => -Math.Log(1 - random.NextDouble());

    /// <summary>A gamma number of scale 1 (Marsaglia and Tsang 2000; below shape 1 by their section 6).</summary>
    public static double Gamma(RandomStream random, double shape)
    {
        if (shape < 1) return Gamma(random, shape + 1) * Math.Pow(1 - random.NextDouble(), 1 / shape);
        var d = shape - (1.0 / 3);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = Normal(random);
            var v = 1 + (c * x);
            if (v <= 0) continue;
            v *= v * v;
            if (Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v))) return d * v;
        }
    }

    /// <summary>A Weibull number of scale 1.</summary>
    public static double Weibull(RandomStream random, double shape) => Math.Pow(Exponential(random), 1 / shape);

    /// <summary>Logarithm of the gamma function above 0.5.</summary>
    public static double LogGamma(double x)
    {
        var sum = Lanczos[0];
        for (var term = 1; term < Lanczos.Length; term++) sum += Lanczos[term] / (x - 1 + term);
        var t = x + 6.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((x - 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }

    /// <summary>Shape of the Weibull law with a coefficient of variation: cv² = Γ(1 + 2/k) / Γ(1 + 1/k)² − 1, which falls in k.</summary>
    public static double WeibullShape(double cv)
    {
        var (low, high) = (0.05, 200.0);
        var wanted = Math.Log(1 + (cv * cv));
        for (var round = 0; round < 100; round++)
        {
            var shape = Math.Sqrt(low * high);
            if (LogGamma(1 + (2 / shape)) - (2 * LogGamma(1 + (1 / shape))) > wanted) low = shape;
            else high = shape;
        }

        return low;
    }
}
