namespace Kantor.LlamaCpp;

/// <summary>What to load and how much room to give it.</summary>
public sealed record LlamaOptions
{
    /// <summary>Path of the GGUF file.</summary>
    public required string ModelPath { get; init; }

    /// <summary>
    /// Cells of the KV pool, in tokens, shared by all sequences. The library rounds up to whole pages of 256;
    /// <see cref="Engine.Backends.BackendInfo.KvTokensTotal"/> is the number that it really holds.
    /// </summary>
    public required int KvTokensTotal { get; init; }

    /// <summary>Sequence ids, 1 to 256, or 255 with <see cref="CopiesKv"/>; with one unified pool they cost no memory.</summary>
    public int SequencesMax { get; init; } = 256;

    /// <summary>
    /// Whether KV can be copied out of the pool and back, through a sequence id of its own and a page of 256 cells beside the pool.
    /// </summary>
    public bool CopiesKv { get; init; }

    /// <summary>Most rows of one step.</summary>
    public int BatchTokensMax { get; init; } = 2048;

    /// <summary>
    /// Rows that one kernel pass computes; a step of more rows runs as several passes. At most <see cref="BatchTokensMax"/>.
    /// </summary>
    public int MicroBatchTokens { get; init; } = 512;

    /// <summary>
    /// Threads of the processor back end, kept from step to step; null uses one per 2 MiB of weights, up to the machine's processors. The
    /// threads wait for each other by spinning at every tensor operation: on a machine that is busy otherwise, more of them than free cores
    /// cost more than they give.
    /// </summary>
    public int? Threads { get; init; }

    /// <summary>
    /// How long the other threads spin for the next step before they sleep: 0 not at all, 100 all the time.
    /// </summary>
    public int ThreadPoll { get; init; } = 50;

    /// <summary>Layers computed on the GPU; null offloads all when there is one, 0 none. More than 0 without a GPU are refused.</summary>
    public int? GpuLayers { get; init; }

    /// <summary>Fused attention kernel. It casts K and V to half precision, so exact comparisons switch it off.</summary>
    public FlashAttention FlashAttention { get; init; } = FlashAttention.Auto;

    /// <summary>Number type of cached keys.</summary>
    public KvType KeyType { get; init; } = KvType.F16;

    /// <summary>Number type of cached values; a quantised type needs <see cref="FlashAttention"/>.</summary>
    public KvType ValueType { get; init; } = KvType.F16;

    /// <summary>
    /// Most bytes that weights, KV and buffers may take on the GPU, and as many in host memory, by the <see cref="MemoryPlan"/>; a model
    /// that needs more is not loaded. Null takes what is free.
    /// </summary>
    public long? MemoryBytesMax { get; init; }

    /// <summary>Longest text that <see cref="LlamaBackend.Embed"/> accepts, in tokens; its buffers are allocated on first use.</summary>
    public int EmbeddingTokensMax { get; init; } = 2048;

    /// <summary>Name shown to clients; null takes the file's own name for itself, else the file name.</summary>
    public string? ModelName { get; init; }

    /// <summary>LoRA adapters added to every step, in this order; none by default.</summary>
    public IReadOnlyList<LlamaAdapter> Adapters { get; init; } = [];

    /// <summary>Throws when a value is outside its range, naming it.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Validate(int sequencesSupported)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(ModelPath);
        RequireRange(KvTokensTotal, 1, 1 << 27, nameof(KvTokensTotal));
        RequireRange(SequencesMax, 1, sequencesSupported - (CopiesKv ? 1 : 0), nameof(SequencesMax));
        RequireRange(ThreadPoll, 0, 100, nameof(ThreadPoll));
        RequireRange(BatchTokensMax, 1, 1 << 20, nameof(BatchTokensMax));
        RequireRange(MicroBatchTokens, 1, BatchTokensMax, nameof(MicroBatchTokens));
        RequireRange(EmbeddingTokensMax, 1, 1 << 20, nameof(EmbeddingTokensMax));
        if (MemoryBytesMax is long bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1, nameof(MemoryBytesMax));
        if (Threads is int threads) RequireRange(threads, 1, 512, nameof(Threads));
        ValidateAdapters();
        if (GpuLayers is int layers) RequireRange(layers, 0, 1 << 20, nameof(GpuLayers));
        if (ValueType == KvType.Q8 && FlashAttention == FlashAttention.Off)
        {
            throw new ArgumentException($"{nameof(ValueType)} {ValueType} needs {nameof(FlashAttention)}; it is {FlashAttention}.");
        }
    }

    private void ValidateAdapters()
    {
        foreach (LlamaAdapter adapter in Adapters)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(adapter.Path, nameof(Adapters));
            if (!float.IsFinite(adapter.Scale))
            {
                throw new ArgumentException($"{nameof(Adapters)}: the scale of {adapter.Path} must be finite.");
            }
        }
    }

    private static void RequireRange(int value, int min, int max, string name)
    {
        if (value < min || value > max)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {min} to {max}.");
        }
    }
}

/// <summary>A LoRA adapter file in GGUF.</summary>
/// <param name="Path">The file.</param>
/// <param name="Scale">Factor on its contribution; 1 as trained.</param>
public sealed record LlamaAdapter(string Path, float Scale = 1);

/// <summary>Whether the fused attention kernel is used.</summary>
public enum FlashAttention
{
    /// <summary>The library decides by model and device.</summary>
    Auto,

    /// <summary>Never.</summary>
    Off,

    /// <summary>Always; loading fails where it cannot.</summary>
    On,
}

/// <summary>Number types of the KV pool.</summary>
public enum KvType
{
    /// <summary>Half precision.</summary>
    F16,

    /// <summary>Single precision.</summary>
    F32,

    /// <summary>Eight bits with one scale per 32 numbers (q8_0).</summary>
    Q8,
}
