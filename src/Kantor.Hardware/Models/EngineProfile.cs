namespace Kantor.Hardware.Models;

/// <summary>
/// What an inference engine adds around the operators, and how much memory it takes; one set of figures per engine, for all models.
/// </summary>
public sealed record EngineProfile
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Host microseconds of a step: scheduling, input preparation, output processing.</summary>
    public required double HostUs { get; init; }

    /// <summary>Host microseconds per sequence of a step.</summary>
    public required double HostSequenceUs { get; init; }

    /// <summary>Whether the host works while the device computes.</summary>
    public bool HostOverlaps { get; init; }

    /// <summary>Device microseconds between two layers that no operator accounts for: launch gaps and small copies.</summary>
    public required double LayerGapUs { get; init; }

    /// <summary>Time of norms, rotations and activations relative to the profile's: less where an engine fuses them.</summary>
    public double ElementwiseFactor { get; init; } = 1;

    /// <summary>Microseconds that the devices of a collective wait for the last of them.</summary>
    public required double CollectiveSkewUs { get; init; }

    /// <summary>Least device microseconds per layer of a step with chunks: such steps are launched kernel by kernel.</summary>
    public required double PrefillLayerFloorUs { get; init; }

    /// <summary>
    /// Microseconds of a request outside the scheduler, before its first token is seen: HTTP, tokenization, the way back.
    /// </summary>
    public required double RequestUs { get; init; }

    /// <summary>Further microseconds of a request per prompt token: tokenization and copies.</summary>
    public required double RequestTokenUs { get; init; }

    /// <summary>Share of the device's memory that the engine uses.</summary>
    public required double MemoryShare { get; init; }

    /// <summary>Bytes per device that are neither weights, KV nor activations: context and captured graphs.</summary>
    public required long OverheadBytes { get; init; }

    /// <summary>Further bytes per device of a group with collectives: their buffers.</summary>
    public required long CollectiveBytes { get; init; }

    /// <summary>Most tokens of a step by default.</summary>
    public required int StepTokensMax { get; init; }

    /// <summary>Tokens of a KV block.</summary>
    public int BlockSizeTokens { get; init; } = 16;
}

/// <summary>The engines that are known.</summary>
public static class EngineProfiles
{
    /// <summary>vLLM V1 with asynchronous scheduling, the default from version 0.14 on.</summary>
    public static EngineProfile Vllm { get; } = new()
    {
        Name = "vllm",
        HostUs = 1500,
        HostSequenceUs = 8,
        HostOverlaps = true,
        LayerGapUs = 1,
        CollectiveSkewUs = 3,
        PrefillLayerFloorUs = 150,
        RequestUs = 15_000,
        RequestTokenUs = 2,
        MemoryShare = 0.9,
        OverheadBytes = 3L << 29,
        CollectiveBytes = 3L << 29,
        StepTokensMax = 8192,
    };

    /// <summary>vLLM V1 before that: the device waits while the host schedules.</summary>
    public static EngineProfile VllmSynchronous { get; } =
        Vllm with { Name = "vllm-sync", HostUs = 900, HostSequenceUs = 25, HostOverlaps = false };

    /// <summary>TensorRT-LLM with its PyTorch backend.</summary>
    public static EngineProfile TensorRtLlm { get; } = Vllm with
    {
        Name = "trtllm",
        RequestUs = 25_000,
        HostSequenceUs = 30,
        ElementwiseFactor = 0.6,
        CollectiveSkewUs = 1,
        MemoryShare = 0.9,
        BlockSizeTokens = 32,
    };

    /// <summary>SGLang.</summary>
    public static EngineProfile Sglang { get; } = Vllm with { Name = "sglang", MemoryShare = 0.88, BlockSizeTokens = 1 };

    /// <summary>All, by name.</summary>
    public static IReadOnlyList<EngineProfile> All { get; } = [Vllm, VllmSynchronous, TensorRtLlm, Sglang];

    /// <summary>vLLM of a version such as 0.19.0; without a version, as it is today.</summary>
    public static EngineProfile VllmOf(string? version) =>
        System.Version.TryParse(version, out var parsed) && parsed < new Version(0, 14) ? VllmSynchronous : Vllm;

    /// <summary>The engine of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static EngineProfile Find(string name) =>
        All.FirstOrDefault(engine => engine.Name == name)
        ?? throw new ArgumentException($"No engine is called '{name}'. Known: {string.Join(", ", All.Select(engine => engine.Name))}.");
}
