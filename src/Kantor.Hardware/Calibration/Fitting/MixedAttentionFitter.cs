using Kantor.Hardware.Calibration.Tables;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>
/// Fits attention measured on mixed batches: a chunk of c tokens after x beside n decodes of equal context. Points with one kind only give
/// the two separate fits; the rest gives what decodes add to a chunk.
/// </summary>
internal sealed class MixedAttentionFitter
{
    private readonly AttentionFitter _prefill = new();
    private readonly AttentionFitter _decode = new();
    private readonly List<Group> _groups = [];

    public void Add(LayerTable table)
    {
        var group = new Group(
            table.Model, table.Model.Heads / table.TensorParallel, Math.Max(1, table.Model.KvHeads / table.TensorParallel));
        CsvTable.ForEach(table.Path, row => group.Points[new Point(
            row.Whole("prefill_chunk"), row.Whole("kv_prefill"), row.Whole("n_decode"), row.Whole("kv_decode"))] = row.Number("time_us"));
        _groups.Add(group);
    }

    public (
        IReadOnlyList<AttentionFit> Prefill, IReadOnlyList<AttentionFit> Decode, IReadOnlyList<AttentionFit> Mixed) Fit(int mixedChunkMin)
    {
        var mixed = new AttentionFitter();
        foreach (var group in _groups)
        {
            AddPrefill(group);
            foreach (var (point, us) in group.Points)
            {
                if (point.Decodes == 0) continue;
                if (point.Chunk == 0) AddDecode(_decode, group, point, us);
                else if (
                    point.Chunk >= mixedChunkMin && group.Points.TryGetValue(point with { Decodes = 0, DecodeContext = 0 }, out var alone)
                        && us > alone)
                {
                    AddDecode(mixed, group, point, us - alone);
                }
            }
        }

        return (_prefill.Fit(), _decode.Fit(), mixed.Fit());
    }

    private static void AddDecode(AttentionFitter fitter, Group group, Point point, double us) =>
        fitter.Add(
            group.Model.HeadSize, NumberFormat.Bf16, group.Heads / group.KvHeads, point.Decodes * group.KvHeads, point.DecodeContext, us);

    /// <summary>Chunks of one size over their context, brought to powers of two of the mean of twice the keys per row.</summary>
    private void AddPrefill(Group group)
    {
        foreach (var chunk in group.Points.Where(point => point.Key.Decodes == 0 && point.Key.Chunk > 0).GroupBy(point => point.Key.Chunk))
        {
            var curve = new SortedDictionary<int, double>();
            foreach (var (point, us) in chunk) curve[point.Chunk + (2 * point.Context)] = us;
            var knots = new List<int>();
            for (var keys = 1; keys <= curve.Keys.Last(); keys *= 2)
            {
                if (keys >= curve.Keys.First()) knots.Add(keys);
            }

            var at = Curves.AtKnots(curve, knots);
            for (var i = 0; i < knots.Count; i++)
            {
                _prefill.Add(group.Model.HeadSize, NumberFormat.Bf16, 0, (double)chunk.Key * group.Heads, knots[i], at[i]);
            }
        }
    }

    private readonly record struct Point(int Chunk, int Context, int Decodes, int DecodeContext);

    private sealed record Group(ModelShape Model, int Heads, int KvHeads)
    {
        public Dictionary<Point, double> Points { get; } = [];
    }
}

/// <summary>
/// Turns a table of (tokens, activated experts) into curves over a layer's tokens, for each number of experts that a device may hold:
/// n tokens of which each visits k of E experts activate L·(1 − (1 − k/E)^n) of L local ones, and bring n·L/E tokens' worth of work.
/// </summary>
internal static class ActivatedExperts
{
    private static readonly int[] Tokens = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    public static void Add(LayerTable table, ExpertFitter fitter)
    {
        var model = table.Model;
        var points = new Dictionary<(double X, double Y), List<double>>();
        CsvTable.ForEach(table.Path, row => points[(row.Whole("tokens"), row.Whole("activated_experts"))] = [row.Number("time_us")]);
        var grid = Curves.Grid(points);
        for (var local = model.Experts; local >= model.Experts / 8; local /= 2)
        {
            var key = new ExpertKey(
                model.HiddenSize, model.ExpertFfnSize / table.TensorParallel, model.ExpertsPerToken, model.Experts, local);
            foreach (var tokens in Tokens)
            {
                var activated = local * (1 - Math.Pow(1 - ((double)model.ExpertsPerToken / model.Experts), tokens));
                fitter.Add(
                    NumberFormat.Bf16,
                    NumberFormat.Bf16,
                    key,
                    tokens,
                    GridInterpolation.At(grid, Math.Max(1, (double)tokens * local / model.Experts), activated));
            }
        }
    }
}
