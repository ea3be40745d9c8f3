using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>Fits latent-attention layers, measured with their projections, per weight format, cache format and heads per device.</summary>
internal static class LatentTables
{
    public static IReadOnlyList<LatentAttentionFit> Fit(string? prefillPath, string? decodePath)
    {
        if (prefillPath is null || decodePath is null) return [];
        var prefill = Points(prefillPath, decode: false);
        var decode = Points(decodePath, decode: true);
        return [.. prefill.Keys.Intersect(decode.Keys).Order().Select(key => Fit(key, prefill[key], decode[key]))];
    }

    private static LatentAttentionFit Fit(
        (NumberFormat Format, NumberFormat Kv, int Heads) key, Dictionary<(double X, double Y), double> prefill,
        Dictionary<(double X, double Y), double> decode)
    {
        var (prefillGrid, decodeGrid) = (Grid(prefill), Grid(decode));
        var pairs = Pairs(prefillGrid, prefill).Concat(Pairs(decodeGrid, decode)).ToList();
        return new LatentAttentionFit(key.Format, key.Kv, key.Heads, prefillGrid, decodeGrid, FitError.Of(pairs));
    }

    private static IEnumerable<(double, double)> Pairs(GridFit grid, Dictionary<(double X, double Y), double> points) =>
        points.Select(point => (GridInterpolation.At(grid, point.Key.X, point.Key.Y), point.Value));

    private static GridFit Grid(Dictionary<(double X, double Y), double> points) =>
        Curves.Grid(points
            .Where(point => Curves.IsPowerOfTwo((long)point.Key.X) && Curves.IsPowerOfTwo((long)point.Key.Y))
            .ToDictionary(point => point.Key, point => new List<double> { point.Value }));

    private static Dictionary<(
        NumberFormat Format, NumberFormat Kv, int Heads), Dictionary<(double X, double Y), double>> Points(string path, bool decode)
    {
        var result = new Dictionary<(NumberFormat Format, NumberFormat Kv, int Heads), Dictionary<(double X, double Y), double>>();
        OperatorTables.Read(path, row =>
        {
            if (
                OperatorTables.FormatOf(row.Text("gemm_type")) is not { } format
                    || OperatorTables.FormatOf(row.Text("kv_cache_dtype")) is not { } kv)
            {
                return;
            }

            var (batch, length) = (row.Whole("batch_size"), row.Whole("isl"));
            var point = decode ? ((double)batch, (double)(row.Whole("isl") - 1 + row.Whole("step"))) : ((double)batch * length, length);
            if (!result.TryGetValue((format, kv, row.Whole("num_heads")), out var points))
            {
                result[(format, kv, row.Whole("num_heads"))] = points = [];
            }

            var us = OperatorTables.Us(row);
            points[point] = points.TryGetValue(point, out var other) ? Math.Min(other, us) : us;
        });
        return result;
    }
}
