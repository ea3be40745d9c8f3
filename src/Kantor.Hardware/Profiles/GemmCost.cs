namespace Kantor.Hardware.Profiles;

/// <summary>
/// Time of [m, k] × [k, n] for one (n, k), as a function of m: the roofline max(bytes / bandwidth, operations / peak) times how far the
/// measured products of the nearest shapes lie above theirs.
/// </summary>
internal sealed class GemmCost
{
    private const int Neighbours = 4;

    private readonly GpuProfile _gpu;
    private readonly GemmFit _fit;
    private readonly double[] _m;
    private readonly int _n;
    private readonly int _k;
    private readonly List<(GemmShape Shape, double Weight)> _near;

    public GemmCost(GpuProfile gpu, GemmFit fit, int n, int k)
    {
        (_gpu, _fit, _n, _k) = (gpu, fit, n, k);
        _m = [.. fit.M.Select(m => (double)m)];
        _near = Nearest(fit, n, k);
    }

    /// <summary>The products of a format on a device.</summary>
    /// <exception cref="ArgumentException">The device has no table for the format.</exception>
    public static GemmFit FitOf(GpuProfile gpu, NumberFormat format)
    {
        // Formats that only store weights have no tables of dense products: their layers are dense in 16 bits.
        var measured = format is NumberFormat.Mxfp4 or NumberFormat.Int4 ? NumberFormat.Bf16 : format;
        return gpu.Gemm.FirstOrDefault(fit => fit.Format == measured)
            ?? throw new ArgumentException(
                $"{gpu.Name} has no measured matrix products in {measured.Name()}; it has "
                    + $"{string.Join(", ", gpu.Gemm.Select(fit => fit.Format.Name()))}.");
    }

    public double Us(int m)
    {
        var (index, part) = GridInterpolation.Locate(_m, m);
        var beyond = Math.Max(1, m / _m[^1]);
        var (left, right) = (Roof(_m[index], _n, _k), Roof(_m[index + 1], _n, _k));
        return beyond * GridInterpolation.Between(left * Excess(index), right * Excess(index + 1), part);
    }

    private double Excess(int index)
    {
        var sum = 0.0;
        foreach (var (shape, weight) in _near) sum += weight * Math.Log(shape.Us[index] / Roof(_m[index], shape.N, shape.K));
        return Math.Exp(sum);
    }

    private double Roof(double m, double n, double k)
    {
        var bytes = _fit.Format.Bytes();
        var traffic = ((bytes * n * k) + (bytes * m * k) + (2 * m * n)) / _gpu.BytesPerUs;
        return Math.Max(traffic, 2 * m * n * k / _gpu.PeakFlopsPerUs(_fit.Format)) + 2;
    }

    private static List<(GemmShape Shape, double Weight)> Nearest(GemmFit fit, int n, int k)
    {
        var byDistance = fit.Shapes
            .Select(shape => (Shape: shape, Distance: Square(Math.Log((double)shape.N / n)) + Square(Math.Log((double)shape.K / k))))
            .OrderBy(item => item.Distance).ThenBy(item => item.Shape.N).ThenBy(item => item.Shape.K).Take(Neighbours).ToList();
        if (byDistance[0].Distance == 0) return [(byDistance[0].Shape, 1)];
        var total = byDistance.Sum(item => 1 / item.Distance);
        return [.. byDistance.Select(item => (item.Shape, 1 / item.Distance / total))];
    }

    private static double Square(double x) => x * x;
}
