using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>Fits matrix products: keeps the curves of some shapes and measures on the rest how well they predict.</summary>
internal sealed class GemmFitter
{
    private static readonly int[] MKnots =
        [1, 2, 4, 8, 16, 32, 48, 64, 96, 128, 160, 192, 224, 256, 512, 768, 1024, 1536, 2048, 3072, 4096, 8192, 16384, 32768];

    private static readonly int[] WidthKnots = [256, 512, 1024, 1536, 2048, 3072, 4096, 5120, 7168, 8192, 10240, 16384, 65536];

    // Narrower products are all launch time; models have none.
    private const int HeldOutWidthMin = 512;

    // Products with block-wise scales are measured with their launches, which captured graphs hide: where those dominate, the same product
    // with one scale, plus this for the finer scales, is nearer to what an engine sees.
    private const double BlockScalesFactor = 1.1;

    private readonly Dictionary<NumberFormat, Dictionary<(int N, int K), SortedDictionary<int, double>>> _points = [];

    public void Add(NumberFormat format, int m, int n, int k, double us)
    {
        if (!_points.TryGetValue(format, out var shapes)) _points[format] = shapes = [];
        if (!shapes.TryGetValue((n, k), out var curve)) shapes[(n, k)] = curve = [];
        curve[m] = curve.TryGetValue(m, out var other) ? Math.Min(other, us) : us;
    }

    /// <summary>One fit per format from shapes on a regular grid of widths.</summary>
    public IReadOnlyList<GemmFit> FitGrid(GpuProfile gpu)
    {
        Clean();
        return
        [
            .. _points.OrderBy(item => item.Key)
                .Select(item => Fit(gpu, item.Key, item.Value, MKnots, shape => IsKnot(shape.N) && IsKnot(shape.K))),
        ];
    }

    /// <summary>One fit per format that keeps every measured shape at every measured m.</summary>
    public IReadOnlyList<GemmFit> FitAll(GpuProfile gpu) =>
    [
        .. _points.OrderBy(item => item.Key)
            .Select(item => Fit(gpu, item.Key, item.Value, [.. item.Value.Values.SelectMany(curve => curve.Keys).Distinct().Order()], Every)),
    ];

    private static bool Every((int N, int K) shape) => true;

    /// <summary>Removes spikes, after which a larger product would take less, and launch times.</summary>
    private void Clean()
    {
        foreach (var curve in _points.Values.SelectMany(shapes => shapes.Values))
        {
            var least = double.PositiveInfinity;
            foreach (var m in curve.Keys.Reverse().ToList()) curve[m] = least = Math.Min(least, curve[m]);
        }

        if (!_points.TryGetValue(NumberFormat.Fp8Block, out var blocks) || !_points.TryGetValue(NumberFormat.Fp8, out var tensors)) return;
        foreach (var (shape, curve) in blocks)
        {
            if (!tensors.TryGetValue(shape, out var other)) continue;
            foreach (var m in curve.Keys.Where(other.ContainsKey).ToList()) curve[m] = Math.Min(curve[m], BlockScalesFactor * other[m]);
        }
    }

    private static bool IsKnot(int width) => Array.IndexOf(WidthKnots, width) >= 0;

    private static GemmFit Fit(
        GpuProfile gpu,
        NumberFormat format,
        Dictionary<(int N, int K), SortedDictionary<int, double>> shapes,
        int[] wanted,
        Func<(int N, int K), bool> keep)
    {
        var measured = shapes.Values.SelectMany(curve => curve.Keys).ToHashSet();
        int[] m = [.. wanted.Where(measured.Contains)];
        var kept = shapes.Where(shape => keep(shape.Key)).OrderBy(shape => shape.Key).ToList();
        var fit = new GemmFit(
            format, m, [.. kept.Select(shape => new GemmShape(shape.Key.N, shape.Key.K, Curves.AtKnots(shape.Value, m)))], FitError.Of([]));
        return fit with { Error = kept.Count == shapes.Count ? LeaveOneOut(gpu, fit) : HeldOut(gpu, fit, shapes, keep) };
    }

    private static FitError HeldOut(
        GpuProfile gpu,
        GemmFit fit,
        Dictionary<(int N, int K), SortedDictionary<int, double>> shapes,
        Func<(int N, int K), bool> keep)
    {
        var pairs = new List<(double, double)>();
        foreach (var ((n, k), curve) in shapes)
        {
            if (keep((n, k)) || n < HeldOutWidthMin || k < HeldOutWidthMin) continue;
            var cost = new GemmCost(gpu, fit, n, k);
            foreach (var (m, us) in curve) pairs.Add((cost.Us(m), us));
        }

        return FitError.Of(pairs);
    }

    private static FitError LeaveOneOut(GpuProfile gpu, GemmFit fit)
    {
        var pairs = new List<(double, double)>();
        foreach (var shape in fit.Shapes)
        {
            var others = fit with { Shapes = [.. fit.Shapes.Where(other => other != shape)] };
            if (others.Shapes.Count == 0) continue;
            var cost = new GemmCost(gpu, others, shape.N, shape.K);
            for (var i = 0; i < fit.M.Count; i++) pairs.Add((cost.Us(fit.M[i]), shape.Us[i]));
        }

        return FitError.Of(pairs);
    }
}
