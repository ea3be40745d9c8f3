using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Accuracy.Runs;

/// <summary>Replays measured runs through the simulator, with the engine's scheduler and the measured arrivals and lengths.</summary>
internal static class RunPredictor
{
    /// <summary>Mean, median and 99th percentile of TTFT and TPOT, measured and predicted, as one comparison each; a reason for each when the run cannot be predicted.</summary>
    public static IEnumerable<Comparison> Predict(MeasuredRun run)
    {
        var blank = new Comparison
        {
            File = run.File,
            Id = "",
            IsDistribution = true,
            Model = run.Model[(run.Model.LastIndexOf('/') + 1)..],
            Gpu = run.Gpu,
            Engine = "vllm",
            Load = $"{run.Requests.Count} requests",
        };
        double[] ttft = [.. run.Requests.Select(request => request.TtftMs)];
        double[] arrivalTtft = [.. run.Requests.Select(request => request.ArrivalTtftMs).OfType<double>()];
        double[] tpot = [.. run.Requests.Select(request => request.TpotMs).OfType<double>()];
        var (simulated, reason) = Simulate(run);
        foreach (var (id, statistic) in new (string, Func<double[], double>)[] { ("mean", values => values.Average()), ("p50", values => Quantile(values, 0.5)), ("p99", values => Quantile(values, 0.99)) })
        {
            yield return blank with
            {
                Id = id,
                TtftMs = statistic(ttft),
                ArrivalTtftMs = arrivalTtft.Length == 0 ? null : statistic(arrivalTtft),
                TpotMs = statistic(tpot),
                PredictedTtftMs = simulated is null ? null : statistic([.. simulated.Select(timing => timing.TakenUpTtftMs)]),
                PredictedArrivalTtftMs = simulated is null || arrivalTtft.Length == 0 ? null : statistic([.. simulated.Select(timing => timing.TtftMs)]),
                PredictedTpotMs = simulated is null ? null : statistic([.. simulated.Select(timing => timing.TpotMs).OfType<double>()]),
                NotCovered = reason,
            };
        }
    }

    private static (IReadOnlyList<Timing>? Timings, string? Reason) Simulate(MeasuredRun run)
    {
        if (GpuProfiles.TryFind(run.Gpu) is not { } gpu) return (null, $"no tables for {run.Gpu}; there are {string.Join(", ", GpuProfiles.Names)}");
        if ((run.Settings.Shape ?? ModelPresets.TryMatch(run.Model)) is not { } model) return (null, $"no shape for {run.Model}: its metadata may give num_hidden_layers, hidden_size and so on");
        try
        {
            return (Simulate(run, DeploymentOf(run.Settings, gpu, model)), null);
        }
        catch (Exception exception) when (exception is ArgumentException or SimulationException)
        {
            return (null, exception.Message);
        }
    }

    private static EngineProfile EngineOf(RunSettings settings)
    {
        var engine = EngineProfiles.VllmOf(settings.Version);
        return settings.MemoryShare is { } share ? engine with { MemoryShare = share } : engine;
    }

    private static Deployment DeploymentOf(RunSettings settings, GpuProfile gpu, ModelShape model) => new()
    {
        Model = model,
        Gpu = gpu,
        Engine = EngineOf(settings),
        TensorParallel = settings.TensorParallel,
        DataParallel = settings.DataParallel,
        ExpertParallel = settings.ExpertParallel ? settings.TensorParallel * settings.DataParallel : 1,
        WeightFormat = (settings.Quantization ?? settings.Model).Contains("fp8", StringComparison.OrdinalIgnoreCase) ? NumberFormat.Fp8 : NumberFormat.Bf16,
        KvFormat = settings.KvDtype.StartsWith("fp8", StringComparison.Ordinal) ? NumberFormat.Fp8 : NumberFormat.Bf16,
        StepTokensMax = settings.StepTokensMax,
    };

    private static IReadOnlyList<Timing> Simulate(MeasuredRun run, Deployment deployment)
    {
        var blockSize = run.Settings.BlockSizeTokens ?? deployment.Engine.BlockSizeTokens;
        var blocks = run.Settings.KvBlocks ?? KvCapacity.Tokens(deployment) / blockSize;
        TraceRequest[] trace = [.. run.Requests.Select(request => new TraceRequest((long)(request.ArrivalMs * 1e3), request.Prompt, request.Output))];
        return Timing.All(trace, new SimulationOptions
        {
            Planner = new VllmV1Planner(),
            Router = new VllmDpRouter(),
            Replicas = deployment.DataParallel,
            LockstepReplicas = deployment.DataParallel,
            PlansAhead = deployment.Engine.HostOverlaps,
            Limits = new BatchLimits { StepTokensMax = deployment.StepTokens, RunningMax = run.Settings.RunningMax },
            Kv = new KvLedgerOptions { BlocksTotal = (int)blocks, BlockSizeTokens = blockSize, PrefixCaching = false },
            StepTime = StepTimeComposer.Compose(deployment),
            NewPredictor = () => new ConstantLengthPredictor(256),
            OutputTokensMax = trace.Max(request => request.OutputTokens),
        });
    }

    private static double Quantile(double[] values, double quantile)
    {
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(quantile * values.Length) - 1, 0, values.Length - 1)];
    }
}
