using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>
/// Fits attention: pools measured points by what their time depends on, the parallel work (x) and the length (y), and keeps the medians at
/// powers of two.
/// </summary>
internal sealed class AttentionFitter
{
    private readonly Dictionary<(int HeadSize, NumberFormat Kv, int Group), List<(double X, double Y, double Us)>> _points = [];

    /// <summary>A point of a head size, cache format and number of query heads per key-value head; 0 pools over all.</summary>
    public void Add(int headSize, NumberFormat kv, int group, double x, double y, double us)
    {
        if (!_points.TryGetValue((headSize, kv, group), out var points)) _points[(headSize, kv, group)] = points = [];
        points.Add((x, y, us));
    }

    public IReadOnlyList<AttentionFit> Fit() =>
        [.. _points.OrderBy(item => item.Key).Where(item => item.Value.Count > 16).Select(item => Fit(item.Key, item.Value))
            .OfType<AttentionFit>()];

    private static AttentionFit? Fit((int HeadSize, NumberFormat Kv, int Group) key, List<(double X, double Y, double Us)> points)
    {
        var knots = new Dictionary<(double X, double Y), List<double>>();
        foreach (var (x, y, us) in points)
        {
            if (!Curves.IsPowerOfTwo((long)x) || !Curves.IsPowerOfTwo((long)y)) continue;
            if (!knots.TryGetValue((x, y), out var values)) knots[(x, y)] = values = [];
            values.Add(us);
        }

        if (knots.Count < 4) return null;
        var grid = Curves.Grid(knots);
        return new AttentionFit(key.HeadSize, key.Kv, key.Group, grid, Curves.ErrorOf(grid, points));
    }
}
