using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Accuracy.InferenceX;

/// <summary>Compares InferenceX's agentic runs with what a simulator of closed-loop sessions predicts for them.</summary>
internal static class AgenticPredictor
{
    // Host memory that the runs gave each device for KV is not in the data: assumed is what a node of eight such devices usually has for each,
    // and what a PCIe 5 link moves.
    private const double HostBytesPerDevice = 128.0 * (1L << 30);
    private const double HostBytesPerUsPerDevice = 50_000;

    // Tokens of a KV block: the recordings' own runs of content, so that a hit is found as finely as they tell.
    private const int BlockSizeTokens = 64;

    /// <summary>The load of a row, or why there is none.</summary>
    public static string? TryLoad(AgenticRow row, out AgenticLoad? load)
    {
        load = null;
        if (GpuProfiles.TryFind(row.Gpu) is not { } gpu) return $"no tables for {row.Gpu}";
        if (ModelPresets.TryMatch(row.Model) is not { } model) return $"no shape for {row.Model}";
        if (row.Engine != "vllm") return $"no closed loop for {row.Engine}";
        var deployment = DeploymentOf(row, gpu, model);
        try
        {
            var tokens = KvCapacity.Tokens(deployment);
            load = new AgenticLoad
            {
                Users = row.Users,
                Deployment = deployment,
                KvBlocks = (int)(tokens / BlockSizeTokens),
                BlockSizeTokens = BlockSizeTokens,
                KvBytesPerToken = KvCapacity.BytesPerToken(deployment) * deployment.TensorParallel,
                OffloadBytes = row.Offloads ? HostBytesPerDevice * deployment.Devices : 0,
                OffloadBytesPerUs = HostBytesPerUsPerDevice * deployment.Devices,
                OutputTokensMean = row.OutputTokensMean,
                DurationS = row.DurationS,
            };
            return null;
        }
        catch (ArgumentException impossible)
        {
            return impossible.Message;
        }
    }

    /// <summary>The comparison of a row.</summary>
    /// <param name="file">File of the row.</param>
    /// <param name="row">The row.</param>
    /// <param name="simulate">The simulator.</param>
    public static Comparison Predict(string file, AgenticRow row, Func<AgenticLoad, AgenticPrediction> simulate)
    {
        var comparison = new Comparison
        {
            File = file,
            Id = row.Id,
            Model = row.Model[(row.Model.LastIndexOf('/') + 1)..],
            Gpu = row.Gpu,
            Engine = row.Engine,
            Load = row.Offloads ? "sessions, offload" : "sessions",
            Users = row.Users,
            TtftMs = row.TtftMedianMs,
            TpotMs = row.ItlMedianMs,
            Agentic = new AgenticOutcome(row, null),
        };
        if (TryLoad(row, out var load) is { } reason) return comparison with { NotCovered = reason };
        try
        {
            var predicted = simulate(load!);
            return comparison with { PredictedTtftMs = predicted.TtftMedianMs, PredictedTpotMs = predicted.TpotMedianMs, Agentic = new AgenticOutcome(row, predicted) };
        }
        catch (Exception impossible) when (impossible is ArgumentException or SimulationException)
        {
            return comparison with { NotCovered = impossible.Message };
        }
    }

    // The published checkpoint has 4 bits in the experts only; the runs keep 8-bit KV and let vLLM use 90 % of the memory.
    private static Deployment DeploymentOf(AgenticRow row, GpuProfile gpu, ModelShape model) => new()
    {
        Model = model,
        Gpu = gpu,
        Engine = EngineProfiles.Vllm,
        TensorParallel = row.TensorParallel,
        ExpertParallel = row.ExpertParallel,
        WeightFormat = NumberFormat.Bf16,
        ExpertFormat = row.Precision == "fp4" ? NumberFormat.Nvfp4 : NumberFormat.Fp8Block,
        KvFormat = NumberFormat.Fp8,
    };
}
