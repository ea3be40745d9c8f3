using Kantor.Hardware.Calibration.Tables;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>
/// Fits a profile to per-layer tables in LLMServingSim's format, files named <c>GPU__organisation__model__bf16__tpN__table.csv.gz</c> with
/// the tables dense, per_sequence, attention, skew and moe; times in microseconds. The models' shapes turn layers into operators.
/// </summary>
public static class LayerTables
{
    // Chunks of fewer tokens share the kernel's waves with the decodes, so that what decodes add cannot be told from them.
    private const int MixedChunkMin = 128;

    /// <summary>The profile of the tables of a device in a folder.</summary>
    /// <exception cref="FormatException">There is no table, or one is malformed or of a model whose shape is unknown.</exception>
    public static GpuProfile Fit(string folder, GpuProfile device)
    {
        var tables = Tables(folder, device.Aliases[0]).ToList();
        if (tables.Count == 0) throw new FormatException($"{folder} holds no tables {device.Aliases[0]}__*.csv or .csv.gz.");
        var gemm = new GemmFitter();
        var elementwise = new ElementwiseFitter();
        var attention = new MixedAttentionFitter();
        var experts = new ExpertFitter();
        var sampler = new List<(int Rows, double Us)>();
        var uneven = new List<double>();
        foreach (var table in tables)
        {
            switch (table.Kind)
            {
                case "dense": AddDense(table, gemm, elementwise); break;
                case "per_sequence": AddSampled(table, gemm, sampler); break;
                case "attention": attention.Add(table); break;
                case "skew": AddUneven(table, uneven); break;
                case "moe": ActivatedExperts.Add(table, experts); break;
            }
        }

        var profile = device with
        {
            Gemm = gemm.FitAll(device),
            Elementwise = elementwise.Fit(),
            Sampler = Sampler(sampler),
            UnevenDecodeFactor = UnevenFactor(uneven),
        };
        var (prefill, decode, mixed) = attention.Fit(MixedChunkMin);
        return profile with
        {
            PrefillAttention = prefill,
            DecodeAttention = decode,
            MixedDecodeAttention = mixed,
            Experts = experts.Fit(profile),
        };
    }

    private static IEnumerable<LayerTable> Tables(string folder, string gpu)
    {
        foreach (var path in Directory.EnumerateFiles(folder, gpu + "__*.csv*").Order(StringComparer.Ordinal))
        {
            var parts = Path.GetFileName(path).Split("__");
            if (
                parts.Length != 6 || !parts[4].StartsWith("tp", StringComparison.Ordinal)
                    || !int.TryParse(parts[4][2..], out var tensorParallel))
            {
                continue;
            }

            var model = ModelPresets.TryMatch(parts[2]) ?? throw new FormatException($"{path}: the shape of {parts[2]} is unknown.");
            yield return new LayerTable(path, model, tensorParallel, parts[5].Split('.')[0]);
        }
    }

    private static void AddDense(LayerTable table, GemmFitter gemm, ElementwiseFitter elementwise)
    {
        var (model, split) = (table.Model, table.TensorParallel);
        var heads = model.Heads * model.HeadSize / split;
        CsvTable.ForEach(table.Path, row =>
        {
            var (m, us) = (row.Whole("tokens"), row.Number("time_us"));
            switch (row.Text("layer"))
            {
                case "qkv_proj":
                    gemm.Add(
                    NumberFormat.Bf16, m, heads + (2 * model.KvHeads * model.HeadSize / split), model.HiddenSize, us); break;
                case "o_proj": gemm.Add(NumberFormat.Bf16, m, model.HiddenSize, heads, us); break;
                case "gate_up_proj": gemm.Add(NumberFormat.Bf16, m, 2 * model.FfnSize / split, model.HiddenSize, us); break;
                case "down_proj": gemm.Add(NumberFormat.Bf16, m, model.HiddenSize, model.FfnSize / split, us); break;
                case "layernorm": elementwise.Add(2.0 * m * 4 * model.HiddenSize, us); break;
                case "act_fn": elementwise.Add(2.0 * m * 3 * model.FfnSize / split, us); break;
                case "rotary_emb": elementwise.Add(2.0 * m * 2 * (model.Heads + model.KvHeads) * model.HeadSize / split, us); break;
            }
        });
    }

    private static void AddSampled(LayerTable table, GemmFitter gemm, List<(int Rows, double Us)> sampler)
    {
        CsvTable.ForEach(table.Path, row =>
        {
            var (rows, us) = (row.Whole("sequences"), row.Number("time_us"));
            if (row.Text("layer") == "lm_head")
            {
                gemm.Add(NumberFormat.Bf16, rows, table.Model.VocabularySize / table.TensorParallel, table.Model.HiddenSize, us);
            }

            if (row.Text("layer") == "sampler") sampler.Add((rows, us));
        });
    }

    // Smaller batches leave compute units idle however even they are.
    private static void AddUneven(LayerTable table, List<double> ratios) => CsvTable.ForEach(table.Path, row =>
    {
        if (row.Whole("n") >= 16) ratios.Add(row.Number("t_skew_us") / row.Number("t_mean_us"));
    });

    private static double UnevenFactor(List<double> ratios) => ratios.Count == 0 ? 1 : Math.Max(1, Curves.Round(Curves.Median(ratios)));

    private static SamplerFit Sampler(List<(int Rows, double Us)> points)
    {
        var first = Curves.Median([.. points.Where(point => point.Rows == 1).Select(point => point.Us)]);
        var slopes = points.Where(point => point.Rows >= 64).Select(point => (point.Us - first) / (point.Rows - 1)).ToList();
        return new SamplerFit(Curves.Round(first), Curves.Round(Math.Max(0, Curves.Median(slopes))));
    }
}

/// <summary>One table file.</summary>
/// <param name="Path">The file.</param>
/// <param name="Model">The measured model.</param>
/// <param name="TensorParallel">The split whose slice was measured.</param>
/// <param name="Kind">Which table.</param>
internal sealed record LayerTable(string Path, ModelShape Model, int TensorParallel, string Kind);

/// <summary>Fits operators without matrix products: their floor, and the rate of the largest.</summary>
internal sealed class ElementwiseFitter
{
    private readonly List<(double Bytes, double Us)> _points = [];

    public void Add(double bytes, double us) => _points.Add((bytes, us));

    public ElementwiseFit Fit()
    {
        var ordered = _points.OrderBy(point => point.Bytes).ToList();
        var floor = Curves.Median([.. ordered.Take(ordered.Count / 10).Select(point => point.Us)]);
        var rates = ordered.Skip(ordered.Count * 8 / 10).Where(point => point.Us > floor).Select(point => point.Bytes / (point.Us - floor))
            .ToList();
        var rate = Curves.Median(rates);
        return new ElementwiseFit(
            Curves.Round(floor), Curves.Round(rate), FitError.Of([.. ordered.Select(point => (floor + (point.Bytes / rate), point.Us))]));
    }
}
