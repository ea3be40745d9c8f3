using System.Security.Cryptography;
using Kantor.Cli.Models;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Core;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Engine;
using Kantor.Engine.Backends;
using Kantor.Engine.Loop;
using Kantor.EventLogs.Recording;
using Kantor.LlamaCpp;
using Kantor.LlamaCpp.Library;
using Microsoft.Extensions.Logging;

namespace Kantor.Cli.Engines;

/// <summary>Builds an engine on llama.cpp from what was typed.</summary>
internal static class EngineFactory
{
    /// <summary>Sequence ids that keep cached prefixes after their requests ended, beyond those that can run.</summary>
    private const int SequencesMax = 255;

    /// <summary>Fetches the model if need be, loads it and starts the loop.</summary>
    public static async Task<InferenceEngine> CreateAsync(
        EngineSettings settings, IEngineObserver? observer, ILogger? logger, CancellationToken cancellation, EventLogWriter? log = null)
    {
        RequireGpu(settings, logger);
        var path = await WorkProgress.RunBytesAsync("model", progress => ModelSource.ResolveAsync(settings.Model, progress, cancellation));
        var backend = Load(settings, path, logger);
        return new InferenceEngine(backend, OptionsOf(settings, backend.Info, observer, log));
    }

    private static EngineOptions OptionsOf(EngineSettings settings, BackendInfo model, IEngineObserver? observer, EventLogWriter? log)
    {
        var onGpu = LlamaLibrary.Load().Gpus.HasDevice && settings.GpuLayers is not 0;
        var cache = CachePlan.Of(settings, model, onGpu);
        var objective = settings.Objective ?? EngineArguments.UsualObjective(onGpu);
        return new EngineOptions
        {
            Planner = KnownPolicies.Shelves.Planners.Make(settings.Policy),
            Admission = KnownPolicies.Shelves.Admissions.Make(settings.Admission),
            Retention = KnownPolicies.Shelves.Retentions.Make(settings.Retention),
            Objective = objective,
            NewListener = log is null ? null : made => new LogRecorder(log, 0, made, objective),
            StepTokensMax = settings.StepTokens,
            RunningMax = settings.RunningMax,
            WaitingMax = settings.WaitingMax,
            SamplingThreads = settings.SamplingThreads ?? UsualSamplingThreads(onGpu),
            CachedTokensMax = cache.PoolTokensMax,
            HostCache = cache.Host,
            Predictor = new ClassQuantilePredictor(),
            Observer = observer,
            // Requests without a seed of their own differ from start to start.
            Seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
        };
    }

    /// <summary>The processor back end's threads leave no processor idle, and wait for the next step by spinning.</summary>
    private static int UsualSamplingThreads(bool onGpu) => onGpu ? Math.Clamp(Environment.ProcessorCount / 2, 1, 8) : 1;

    /// <summary>Before anything is fetched: layers are computed where it was asked, and nobody takes the processor for a GPU.</summary>
    private static void RequireGpu(EngineSettings settings, ILogger? logger)
    {
        var gpus = LlamaLibrary.Load(logger).Gpus;
        if (gpus.Refusal(settings.GpuLayers, EngineArguments.GpuLayers) is { } reason) throw new FailureException(reason);
        if (gpus.Warning(settings.GpuLayers, EngineArguments.GpuLayers) is { } warning) Console.Error.WriteLine($"kantor: {warning}");
    }

    private static LlamaBackend Load(EngineSettings settings, string path, ILogger? logger)
    {
        try
        {
            return LlamaBackend.Create(
                new LlamaOptions
                {
                    ModelPath = path,
                    KvTokensTotal = settings.KvTokens,
                    SequencesMax = SequencesMax,
                    CopiesKv = true,
                    BatchTokensMax = settings.StepTokens,
                    MicroBatchTokens = settings.Kernels.MicroBatch ?? Math.Min(512, settings.StepTokens),
                    FlashAttention = settings.Kernels.FlashAttention,
                    KeyType = settings.Kernels.KeyType,
                    ValueType = settings.Kernels.ValueType,
                    MemoryBytesMax = settings.Kernels.MemoryMiB is { } miB ? (long)miB << 20 : null,
                    Threads = settings.Threads,
                    GpuLayers = settings.GpuLayers,
                },
                logger);
        }
        catch (ArgumentException wrong)
        {
            throw new UsageException(wrong.Message);
        }
    }
}
