namespace Kantor.Hardware.Profiles;

/// <summary>
/// Time of a layer's routed experts on one device by tokens: the measured curve of the nearest shape, scaled by the ratio of the rooflines
/// (weights of the experts that any token visits, and operations).
/// </summary>
internal sealed class ExpertCost
{
    private readonly GpuProfile _gpu;
    private readonly ExpertFit _fit;
    private readonly double[] _tokens;
    private readonly ExpertShape _target;
    private readonly ExpertShape _nearest;

    public ExpertCost(GpuProfile gpu, ExpertFit fit, ExpertShape target)
    {
        (_gpu, _fit, _target) = (gpu, fit, target);
        _tokens = [.. fit.Tokens.Select(tokens => (double)tokens)];
        _nearest = fit.Shapes.OrderBy(Distance).ThenBy(shape => shape.Hidden).ThenBy(shape => shape.Inner).First();
    }

    /// <summary>The experts of a format on a device, by each kind of kernel that was measured.</summary>
    /// <exception cref="ArgumentException">The device has no table for the format.</exception>
    public static IReadOnlyList<ExpertCost> Of(GpuProfile gpu, NumberFormat format, ExpertShape target)
    {
        ExpertCost[] costs = [.. gpu.Experts.Where(fit => fit.Format == format).Select(fit => new ExpertCost(gpu, fit, target))];
        if (costs.Length > 0) return costs;
        throw new ArgumentException(
            $"{gpu.Name} has no measured experts in {format.Name()}; it has "
                + $"{string.Join(", ", gpu.Experts.Select(fit => fit.Format.Name()).Distinct())}.");
    }

    public double Us(double tokens)
    {
        var measured = GridInterpolation.Curve(_tokens, _nearest.Us, tokens);
        return measured * Roof(_target, tokens) / Roof(_nearest, tokens);
    }

    private double Distance(ExpertShape shape) =>
        Square(shape.Hidden, _target.Hidden) + Square(shape.Inner, _target.Inner) + (2 * Square(shape.LocalExperts, _target.LocalExperts))
        + (2 * Square((double)shape.TopK / shape.Experts, (double)_target.TopK / _target.Experts));

    private double Roof(ExpertShape shape, double tokens)
    {
        var part = (double)shape.TopK / shape.Experts;
        var visited = shape.LocalExperts * (1 - Math.Pow(1 - part, tokens));
        var weights = 3.0 * shape.Hidden * shape.Inner;
        var traffic = visited * weights * _fit.Format.Bytes() / _gpu.BytesPerUs;
        var work = 2 * weights * tokens * part * shape.LocalExperts / _gpu.PeakFlopsPerUs(_fit.Inputs);
        return Math.Max(traffic, work) + 10;
    }

    private static double Square(double x, double y)
    {
        var distance = Math.Log(x / y);
        return distance * distance;
    }
}
