using System.Globalization;
using System.Text.RegularExpressions;
using Kantor.Hardware.Calibration.Tables;

namespace Kantor.Accuracy.Silicon;

/// <summary>A measured point of AIConfigurator's sample: a closed loop of users on one deployment.</summary>
internal sealed partial record SiliconRow
{
    public required string Id { get; init; }

    public required string Source { get; init; }

    public required string Backend { get; init; }

    public required string Version { get; init; }

    public required string Model { get; init; }

    public required string System { get; init; }

    public required string Mode { get; init; }

    public required string GemmFormat { get; init; }

    public required string ExpertFormat { get; init; }

    public required int Prompt { get; init; }

    public required int Output { get; init; }

    public required int? Batch { get; init; }

    public required int TensorParallel { get; init; }

    public required int PipelineParallel { get; init; }

    public required int DataParallel { get; init; }

    public required int ExpertTensorParallel { get; init; }

    public required int ExpertParallel { get; init; }

    public required double TtftMs { get; init; }

    public required double TpotMs { get; init; }

    /// <summary>
    /// Users of the deployment: its batch, or where several groups share the load and the sample's sizes disagree, what the source says was
    /// measured.
    /// </summary>
    public int? Users => DataParallel <= 1 && Batch is { } batch ? batch
        : Concurrency().Match(Source) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
        : Batch * Math.Max(1, DataParallel);

    /// <summary>Whether prompts have 80 to 100 % of the nominal length, as the public benchmark draws them; else all are equal.</summary>
    public bool HasVariedPrompts => !Source.Contains("auto-gap-analysis", StringComparison.Ordinal) && Concurrency().IsMatch(Source);

    /// <summary>
    /// Whether outputs differ in length: everywhere but in the sample's oldest runs, whose users stay in step. Outputs that may stop early
    /// scatter the users even where prompts are equal.
    /// </summary>
    public bool HasVariedOutputs => HasVariedPrompts || (Backend != "trtllm" && !Version.StartsWith("0.5.1.", StringComparison.Ordinal));

    public static List<SiliconRow> ReadAll(string path)
    {
        var rows = new List<SiliconRow>();
        CsvTable.ForEach(path, row => rows.Add(new SiliconRow
        {
            Id = row.Text("id"),
            Source = row.Text("silicon_data_source"),
            Backend = row.Text("backend"),
            Version = row.Text("backend_version"),
            Model = row.Text("model_path"),
            System = row.Text("system"),
            Mode = row.Text("mode"),
            GemmFormat = row.Text("gemm_quant_mode"),
            ExpertFormat = row.Text("moe_quant_mode"),
            Prompt = row.Whole("isl"),
            Output = row.Whole("osl"),
            Batch = Optional(row, "batch_size"),
            TensorParallel = Optional(row, "tp_size") ?? 1,
            PipelineParallel = Optional(row, "pp_size") ?? 1,
            DataParallel = Optional(row, "attention_dp_size") ?? 1,
            ExpertTensorParallel = Optional(row, "moe_tp_size") ?? 1,
            ExpertParallel = Optional(row, "moe_ep_size") ?? 1,
            TtftMs = row.Number("silicon_ttft_ms"),
            TpotMs = row.Number("silicon_tpot_ms"),
        }));
        return rows;
    }

    [GeneratedRegex("silicon_concurrency=([0-9]{1,6})")]
    private static partial Regex Concurrency();

    private static int? Optional(CsvTable row, string column) => row.Text(column).Length == 0 ? null : row.Whole(column);
}
