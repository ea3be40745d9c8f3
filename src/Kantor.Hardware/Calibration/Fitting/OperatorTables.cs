using Kantor.Hardware.Calibration.Tables;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration.Fitting;

/// <summary>
/// Fits a profile to a folder of per-operator tables in AIConfigurator's format: <c>gemm_perf*</c>, <c>context_attention_perf*</c>,
/// <c>generation_attention_perf*</c>, <c>moe_perf*</c>, <c>mla_*_module_perf*</c>, <c>custom_allreduce_perf*</c> and <c>nccl_perf*</c>, as
/// CSV or CSV in gzip; times in milliseconds. Only the first three are needed.
/// </summary>
public static class OperatorTables
{
    private const double UsPerMs = 1000;

    /// <summary>The profile of the tables in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Name, memory, rates, origin and licence; its fits are replaced.</param>
    /// <exception cref="FormatException">A table is missing or malformed.</exception>
    public static GpuProfile Fit(string folder, GpuProfile device)
    {
        var gemm = new GemmFitter();
        Read(Need(folder, "gemm_perf"), row =>
        {
            if (FormatOf(row.Text("gemm_dtype")) is { } format) gemm.Add(format, row.Whole("m"), row.Whole("n"), row.Whole("k"), Us(row));
        });
        var profile = device with
        {
            Gemm = gemm.FitGrid(device),
            PrefillAttention = Prefill(Need(folder, "context_attention_perf")),
            DecodeAttention = Decode(Need(folder, "generation_attention_perf")),
            AllReduce = AllReduce(Find(folder, "custom_allreduce_perf"), Find(folder, "nccl_perf")),
            GatherScatter = Find(folder, "nccl_perf") is { } nccl ? GatherScatter(nccl) : [],
        };
        return profile with
        {
            Experts = Find(folder, "moe_perf") is { } moe ? Experts(moe, profile) : [],
            LatentAttention = LatentTables.Fit(Find(folder, "mla_context_module_perf"), Find(folder, "mla_generation_module_perf")),
        };
    }

    /// <summary>Kantor's name for a table's; null for formats that no model here uses.</summary>
    internal static NumberFormat? FormatOf(string name) => name switch
    {
        "bfloat16" or "float16" or "half" => NumberFormat.Bf16,
        "fp8" => NumberFormat.Fp8,
        "fp8_block" => NumberFormat.Fp8Block,
        "nvfp4" => NumberFormat.Nvfp4,
        "w4a16_mxfp4" or "w4a8_mxfp4_mxfp8" => NumberFormat.Mxfp4,
        "int4_wo" => NumberFormat.Int4,
        _ => null,
    };

    private static NumberFormat InputsOf(string name, NumberFormat format) => format switch
    {
        NumberFormat.Mxfp4 => name.Contains("a8", StringComparison.Ordinal) ? NumberFormat.Fp8 : NumberFormat.Bf16,
        NumberFormat.Int4 => NumberFormat.Bf16,
        _ => format,
    };

    internal static void Read(string path, Action<CsvTable> onRow) => CsvTable.ForEach(path, onRow);

    internal static double Us(CsvTable row) => row.Number("latency") * UsPerMs;

    private static IReadOnlyList<AttentionFit> Prefill(string path)
    {
        var fitter = new AttentionFitter();
        Read(path, row =>
        {
            if (!IsPlainAttention(row)) return;
            var (batch, tokens, heads) = (row.Whole("batch_size"), row.Whole("isl"), row.Whole("num_heads"));
            if (KvOf(row) is { } kv) fitter.Add(row.Whole("head_dim"), kv, 0, (double)batch * tokens * heads, tokens, Us(row));
        });
        return fitter.Fit();
    }

    private static IReadOnlyList<AttentionFit> Decode(string path)
    {
        var fitter = new AttentionFitter();
        Read(path, row =>
        {
            if (!IsPlainAttention(row)) return;
            var (heads, kvHeads) = (row.Whole("num_heads"), row.Whole("num_key_value_heads"));
            if (heads % kvHeads != 0 || !Curves.IsPowerOfTwo(heads / kvHeads) || KvOf(row) is not { } kv) return;
            fitter.Add(
                row.Whole("head_dim"),
                kv,
                heads / kvHeads,
                (double)row.Whole("batch_size") * kvHeads,
                row.Whole("isl") + row.Whole("step"),
                Us(row));
        });
        return fitter.Fit();
    }

    // Sliding windows are composed from full attention, and head sizes beyond these are of no model here.
    private static bool IsPlainAttention(CsvTable row) =>
        (!row.Has("window_size") || row.Whole("window_size") == 0)
        && row.Whole("head_dim") is 64 or 128 or 256
        && !row.Text("kernel_source").EndsWith("triton_attn", StringComparison.Ordinal);

    private static NumberFormat? KvOf(CsvTable row) => FormatOf(row.Text("kv_cache_dtype"));

    private static IReadOnlyList<ExpertFit> Experts(string path, GpuProfile profile)
    {
        var fitter = new ExpertFitter();
        Read(path, row =>
        {
            // Real routers are uneven, by about this power law in the tables' terms; even routing would visit all experts at once.
            if (row.Text("distribution") != "power_law_1.01" || FormatOf(row.Text("moe_dtype")) is not { } format) return;
            var (experts, ep) = (row.Whole("num_experts"), row.Whole("moe_ep_size"));
            var key = new ExpertKey(
                row.Whole("hidden_size"),
                row.Whole("inter_size") / row.Whole("moe_tp_size"),
                row.Whole("topk"),
                experts,
                Math.Max(1, experts / ep));
            if (ep <= 32) fitter.Add(format, InputsOf(row.Text("moe_dtype"), format), key, row.Whole("num_tokens"), Us(row));
        });
        fitter.Clean();
        return fitter.Fit(profile);
    }

    private static IReadOnlyList<CollectiveFit> AllReduce(string? custom, string? nccl)
    {
        var curves = new SortedDictionary<int, SortedDictionary<int, double>>();
        if (custom is not null)
        {
            Read(custom, row =>
            {
                if (row.Has("backend") && row.Text("backend").EndsWith("eager", StringComparison.Ordinal)) return;
                Add(row.Whole("num_gpus"), row.Whole("message_size"), Us(row));
            });
        }

        if (nccl is not null)
        {
            Read(nccl, row =>
            {
                if (row.Text("op_name") == "all_reduce" && row.Text("nccl_dtype") == "half")
                {
                    Add(row.Whole("num_gpus"), row.Whole("message_size"), Us(row));
                }
            });
        }

        return FitsOf(curves);

        // Engines take the faster implementation of a size.
        void Add(int devices, int elements, double us)
        {
            if (!curves.TryGetValue(devices, out var curve)) curves[devices] = curve = [];
            curve[elements] = curve.TryGetValue(elements, out var other) ? Math.Min(other, us) : us;
        }
    }

    private static IReadOnlyList<CollectiveFit> GatherScatter(string nccl)
    {
        var (gather, scatter) = (
            new SortedDictionary<int, SortedDictionary<int, double>>(), new SortedDictionary<int, SortedDictionary<int, double>>());
        Read(nccl, row =>
        {
            if (row.Text("nccl_dtype") != "half" || row.Text("op_name") is not ("all_gather" or "reduce_scatter")) return;
            var curves = row.Text("op_name") == "all_gather" ? gather : scatter;
            if (!curves.TryGetValue(row.Whole("num_gpus"), out var curve)) curves[row.Whole("num_gpus")] = curve = [];
            curve[row.Whole("message_size")] = Us(row);
        });
        foreach (var (devices, curve) in gather)
        {
            foreach (var elements in curve.Keys.ToList())
            {
                if (scatter.TryGetValue(devices, out var other) && other.TryGetValue(elements, out var us)) curve[elements] += us;
                else curve.Remove(elements);
            }
        }

        return FitsOf(gather);
    }

    private static IReadOnlyList<CollectiveFit> FitsOf(SortedDictionary<int, SortedDictionary<int, double>> curves) =>
    [
        .. from curve in curves
           where curve.Value.Count > 1
           select new CollectiveFit(
               curve.Key,
               [.. curve.Value.Keys.Select(key => (double)key)],
               [.. Curves.WithoutOutliers([.. curve.Value.Values]).Select(Curves.Round)]),
    ];

    private static string? Find(string folder, string table) =>
        Directory.EnumerateFiles(folder, table + "*.csv*").Order(StringComparer.Ordinal).LastOrDefault();

    private static string Need(string folder, string table) =>
        Find(folder, table) ?? throw new FormatException($"{folder} holds no {table}*.csv or .csv.gz.");
}
