using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>Fits routed experts: one curve per measured shape.</summary>
internal sealed class ExpertFitter
{
    private static readonly int[] TokenKnots = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384];

    // Each such shape is predicted from the others to state the error for shapes that were not measured.
    private const int HeldOutEvery = 10;

    private readonly Dictionary<(NumberFormat Format, NumberFormat Inputs, ExpertKey Shape), SortedDictionary<int, double>> _points = [];

    public void Add(NumberFormat format, NumberFormat inputs, ExpertKey shape, int tokens, double us)
    {
        if (!_points.TryGetValue((format, inputs, shape), out var curve)) _points[(format, inputs, shape)] = curve = [];
        curve[tokens] = curve.TryGetValue(tokens, out var other) ? Math.Min(other, us) : us;
    }

    public IReadOnlyList<ExpertFit> Fit(GpuProfile gpu) =>
        [.. _points.Keys.Select(key => (key.Format, key.Inputs)).Distinct().Order().Select(kind => Fit(gpu, kind.Format, kind.Inputs))];

    /// <summary>
    /// An engine that finds the kernel of a narrow format slower than that of a wider one can use the wider one: no format takes longer
    /// than those that it can be widened to. And no spikes, after which more tokens would take less.
    /// </summary>
    public void Clean()
    {
        foreach (var curve in _points.Values)
        {
            var least = double.PositiveInfinity;
            foreach (var tokens in curve.Keys.Reverse().ToList()) curve[tokens] = least = Math.Min(least, curve[tokens]);
        }

        Widen(NumberFormat.Fp8Block, NumberFormat.Bf16);
        Widen(NumberFormat.Fp8, NumberFormat.Bf16);
        Widen(NumberFormat.Fp8, NumberFormat.Fp8Block);
    }

    private void Widen(NumberFormat narrow, NumberFormat wide)
    {
        foreach (var (key, curve) in _points)
        {
            if (key.Format != narrow || !_points.TryGetValue((wide, wide, key.Shape), out var other)) continue;
            foreach (var tokens in curve.Keys.Where(other.ContainsKey).ToList()) curve[tokens] = Math.Min(curve[tokens], other[tokens]);
        }
    }

    private ExpertFit Fit(GpuProfile gpu, NumberFormat format, NumberFormat inputs)
    {
        var shapes = _points.Where(item => item.Key.Format == format && item.Key.Inputs == inputs).OrderBy(item => item.Key.Shape)
            .Select(item => (item.Key.Shape, Curve: item.Value)).ToList();
        var fit = new ExpertFit(
            format,
            inputs,
            TokenKnots,
            [.. shapes.Select(item => item.Shape.With(Curves.AtKnots(item.Curve, TokenKnots)))],
            FitError.Of([]));
        return fit with { Error = HeldOut(gpu, fit) };
    }

    private static FitError HeldOut(GpuProfile gpu, ExpertFit fit)
    {
        var pairs = new List<(double, double)>();
        for (var i = 0; i < fit.Shapes.Count && fit.Shapes.Count > 1; i += HeldOutEvery)
        {
            var shape = fit.Shapes[i];
            var cost = new ExpertCost(gpu, fit with { Shapes = [.. fit.Shapes.Where(other => other != shape)] }, shape);
            for (var t = 0; t < fit.Tokens.Count; t++) pairs.Add((cost.Us(fit.Tokens[t]), shape.Us[t]));
        }

        return FitError.Of(pairs);
    }
}

/// <summary>Identity of a measured expert shape.</summary>
internal readonly record struct ExpertKey(int Hidden, int Inner, int TopK, int Experts, int LocalExperts) : IComparable<ExpertKey>
{
    public ExpertShape With(double[] us) => new(Hidden, Inner, TopK, Experts, LocalExperts, us);

    public int CompareTo(ExpertKey other) =>
        (Hidden, Inner, TopK, Experts, LocalExperts).CompareTo((other.Hidden, other.Inner, other.TopK, other.Experts, other.LocalExperts));
}
