using Kantor.LlamaCpp.Gguf;

namespace Kantor.LlamaCpp;

/// <summary>
/// Memory in bytes that a model will take, from its file's tables and the options, before anything is loaded.
/// </summary>
/// <param name="Layers">Layers of the model.</param>
/// <param name="GpuLayers">Of these, on a GPU.</param>
/// <param name="WeightBytes">Weights.</param>
/// <param name="KvBytes">The KV pool; 0 where the file does not tell what its layers keep.</param>
/// <param name="ComputeBytes">
/// Estimate of the buffers of a pass: what a token has between two layers, its feed-forward part and its logits, in single precision, for
/// every row of a micro-batch; without flash attention also a score for each row, head and KV token.
/// </param>
public sealed record MemoryPlan(int Layers, int GpuLayers, long WeightBytes, long KvBytes, long ComputeBytes)
{
    // Of each row: the residual stream, its norm, queries, keys, values and their sum, and both halves of the feed-forward part.
    private const int StreamsOfRow = 6;
    private const int HalvesOfRow = 2;

    /// <summary>Bytes on GPUs: their layers' share of weights and KV, and the buffers of a pass.</summary>
    public long GpuBytes => GpuLayers == 0 ? 0 : (long)((WeightBytes + KvBytes) * GpuShare) + ComputeBytes;

    /// <summary>Bytes in host memory: what lies on no GPU.</summary>
    public long HostBytes => (long)((WeightBytes + KvBytes) * (1 - GpuShare)) + (GpuLayers < Layers ? ComputeBytes : 0);

    /// <summary>The layer of the logits counts as one more.</summary>
    private double GpuShare => Math.Min(1, GpuLayers / (Layers + 1.0));

    /// <summary>The plan for a file; null when the file does not tell its shape.</summary>
    /// <param name="file">What the file says.</param>
    /// <param name="options">What is to be made of it.</param>
    /// <param name="hasGpu">Whether there is a GPU, which takes all layers unless the options say otherwise.</param>
    public static MemoryPlan? Of(GgufSummary file, LlamaOptions options, bool hasGpu)
    {
        if (file.Shape is not { } shape) return null;
        int onGpu = hasGpu ? Math.Min(options.GpuLayers ?? int.MaxValue, shape.Layers + 1) : 0;
        long computeBytes = ComputeBytesOf(shape, file.VocabularySize, options);
        return new MemoryPlan(shape.Layers, onGpu, file.TensorBytes, KvBytesOf(shape, options), computeBytes);
    }

    /// <summary>Why it cannot be, with the numbers, and what would be right; null when there is room.</summary>
    /// <param name="hostFreeBytes">Host memory that may be taken.</param>
    /// <param name="gpuFreeBytes">Memory of GPUs that may be taken.</param>
    public string? Refusal(long hostFreeBytes, long gpuFreeBytes)
    {
        if (GpuBytes > gpuFreeBytes) return Words("the GPU", GpuBytes, gpuFreeBytes) + LayersThatFit(gpuFreeBytes);
        return HostBytes > hostFreeBytes ? Words("host memory", HostBytes, hostFreeBytes) + WaysOut : null;
    }

    private const string WaysOut =
        " Ask for fewer KV tokens or a smaller KV type, or take a smaller model; the limit can be raised (MemoryBytesMax, or --memory of "
        + "kantor serve).";

    private string Words(string where, long needed, long free) =>
        $"it needs {MiB(needed)} MiB of {where} and {MiB(free)} MiB are free: weights take {MiB(WeightBytes)} MiB in all, KV "
        + $"{MiB(KvBytes)} MiB, a pass about {MiB(ComputeBytes)} MiB.";

    private string LayersThatFit(long freeBytes)
    {
        int layers = GpuLayers;
        while (layers > 0 && (this with { GpuLayers = layers }).GpuBytes > freeBytes) layers--;
        return layers == 0 ? WaysOut : FormattableString.Invariant($" {layers} of {Layers + 1} layers on the GPU would fit.") + WaysOut;
    }

    private static string MiB(long bytes) => FormattableString.Invariant($"{(bytes + (1 << 20) - 1) >> 20:N0}");

    private static long KvBytesOf(GgufShape shape, LlamaOptions options) =>
        shape.KvNumbers is var (keys, values)
            ? (long)((keys * ModelLoader.BytesPerNumber(options.KeyType)) + (values * ModelLoader.BytesPerNumber(options.ValueType)))
                * shape.Layers * options.KvTokensTotal
            : 0;

    private static long ComputeBytesOf(GgufShape shape, int vocabulary, LlamaOptions options)
    {
        long numbers = vocabulary + ((long)StreamsOfRow * shape.Width) + ((long)HalvesOfRow * shape.FeedForward);
        if (options.FlashAttention == FlashAttention.Off) numbers += (long)shape.Heads * options.KvTokensTotal;
        return numbers * sizeof(float) * Math.Min(options.MicroBatchTokens, options.BatchTokensMax);
    }
}
