using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;

namespace Kantor.Accuracy.Silicon;

/// <summary>Turns a measured point into the deployment that it describes, or says why it cannot be predicted.</summary>
internal static class SiliconDeployment
{
    // Devices of a node: the tables' upper limit for tensor parallelism.
    private const int NodeDevices = 8;

    public static string? TryBuild(SiliconRow row, out Deployment? deployment)
    {
        deployment = null;
        if (row.Mode != "agg") return "disaggregated";
        if (row.PipelineParallel != 1) return "pipeline-parallel";
        if (GpuProfiles.TryFind(row.System) is not { } gpu) return $"no tables for {row.System}";
        if (ModelPresets.TryMatch(row.Model) is not { } model) return $"no shape for {row.Model}";
        if (model.Name.StartsWith("deepseek", StringComparison.Ordinal)) return "mixes runs with and without multi-token prediction, undeclared";
        var (tensor, data, experts) = Split(row);
        if (tensor * data > NodeDevices) return $"{tensor * data} devices";
        var (dense, expert, kv) = Formats(row, model);
        deployment = new Deployment
        {
            Model = model,
            Gpu = gpu,
            Engine = row.Backend == "vllm" ? EngineProfiles.VllmOf(row.Version) : EngineProfiles.Find(row.Backend),
            TensorParallel = tensor,
            DataParallel = data,
            ExpertParallel = model.Experts == 0 ? 1 : experts,
            WeightFormat = dense,
            ExpertFormat = expert,
            KvFormat = kv,
            StepTokensMax = row.Backend == "trtllm" ? (row.Prompt + row.Users + 127) / 64 * 64 : null,
        };
        return null;
    }

    /// <summary>
    /// Devices per tensor-parallel group, groups, and devices among which experts are divided. The sample multiplies sizes that mean the same
    /// devices (rows with tp 4, dp 4, ep 16 repeat the times of tp 4, dp 1, ep 4; tp 64 with expert sizes 8 and 8 those of 8 devices).
    /// </summary>
    private static (int Tensor, int Data, int Experts) Split(SiliconRow row)
    {
        var (tensor, data, experts) = (Math.Max(1, row.TensorParallel), Math.Max(1, row.DataParallel), Math.Max(1, row.ExpertParallel));
        var expertTensor = Math.Max(1, row.ExpertTensorParallel);
        if (tensor > 1 && data == tensor && experts == tensor * data) return (tensor, 1, tensor);
        if (expertTensor == experts && experts > 1 && tensor == experts * expertTensor) return (experts, 1, experts);
        if (expertTensor == experts && experts > 1 && data == experts * expertTensor) return (1, experts, experts);
        return (tensor, data, Math.Min(experts, tensor * data));
    }

    private static (NumberFormat Dense, NumberFormat Experts, NumberFormat Kv) Formats(SiliconRow row, ModelShape model)
    {
        var isHopper = row.System.StartsWith('h');
        if (model.Name == "gpt-oss-120b") return (NumberFormat.Bf16, NumberFormat.Mxfp4, isHopper ? NumberFormat.Bf16 : NumberFormat.Fp8);
        var dense = Parse(row.GemmFormat);
        var experts = Parse(row.ExpertFormat);

        // TensorRT-LLM keeps the cache in 8 bits with 8-bit weights. vLLM keeps it in 16 bits unless it is told otherwise, which the benchmark's
        // recipes do on Blackwell, and for dense models on H200.
        var isNarrow = dense is not (NumberFormat.Bf16 or NumberFormat.Int4);
        var isTold = row.HasVariedPrompts && (!isHopper || (model.Experts == 0 && row.System == "h200_sxm"));
        var kv = isNarrow && (row.Backend == "trtllm" || isTold) ? NumberFormat.Fp8 : NumberFormat.Bf16;
        if (model.Experts == 0) return (dense, experts, kv);

        // Published checkpoints of these models scale 8-bit weights by blocks, and quantise to 4 bits the experts only.
        if (dense == NumberFormat.Fp8) return (NumberFormat.Fp8Block, NumberFormat.Fp8Block, kv);
        return (dense is NumberFormat.Nvfp4 or NumberFormat.Int4 ? NumberFormat.Bf16 : dense, experts, kv);
    }

    private static NumberFormat Parse(string format) => format switch
    {
        "" or "bfloat16" or "bf16" => NumberFormat.Bf16,
        "fp8" => NumberFormat.Fp8,
        "fp8_block" => NumberFormat.Fp8Block,
        "nvfp4" => NumberFormat.Nvfp4,
        "int4_wo" => NumberFormat.Int4,
        _ => throw new FormatException($"Unknown format '{format}'."),
    };
}
