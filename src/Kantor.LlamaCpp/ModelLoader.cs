using System.Globalization;
using System.Text;
using Kantor.LlamaCpp.Gguf;
using Kantor.LlamaCpp.Library;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp;

/// <summary>Steps from a file on disk to a native model and context, each with an error that names the file.</summary>
internal static unsafe class ModelLoader
{
    private const uint KvPageTokens = 256;

    // Reading this much takes a core about 0.2 ms, which is what a round of barriers between threads that are kept from step to step costs.
    private const long ThreadBytes = 2L << 20;

    /// <summary>Checks the file in managed code, then lets the library load it.</summary>
    public static LlamaModelHandle Load(LlamaOptions options)
    {
        if (!File.Exists(options.ModelPath)) throw new LlamaModelException($"The model file {options.ModelPath} does not exist.");
        RequireMemory(GgufPreflight.Check(options.ModelPath), options);
        LlamaModelParams parameters = ModelDefaults();
        if (options.GpuLayers is int layers) parameters.GpuLayers = layers;
        NativeLog.Lines.Forget();
        LlamaModelHandle model = LlamaModelHandle.TryLoad(options.ModelPath, parameters)
            ?? throw new LlamaModelException($"The model {options.ModelPath} could not be loaded: {NativeLog.Lines.Explain()}.");
        if (Refusal(model) is not string reason) return model;
        model.Dispose();
        throw new LlamaModelException($"The model {options.ModelPath} cannot be served: {reason}.");
    }

    private static void RequireMemory(GgufSummary file, LlamaOptions options)
    {
        LlamaLibrary library = LlamaLibrary.Load();
        MemoryPlan? plan = MemoryPlan.Of(file, options, library.Gpus.HasDevice);
        long gpuBytes = options.MemoryBytesMax ?? FreeMemory.GpuBytes(library.Devices);
        if (plan?.Refusal(options.MemoryBytesMax ?? FreeMemory.HostBytes(), gpuBytes) is not string reason) return;
        throw new LlamaModelException($"The model {options.ModelPath} is not loaded: {reason}");
    }

    /// <summary>Allocates the KV pool and compute buffers.</summary>
    public static LlamaContextHandle CreateContext(LlamaModelHandle model, LlamaOptions options)
    {
        LlamaContextParams parameters = ContextDefaults(model, options);
        parameters.ContextTokens = RoundUpToPage(options.KvTokensTotal) + (uint)CopyTokens(options);
        // The library stops the process when it may batch fewer outputs than there are sequences, or when a batch exceeds the pool.
        parameters.BatchTokens = Math.Min((uint)options.BatchTokensMax, parameters.ContextTokens);
        parameters.MicroBatchTokens = Math.Min((uint)options.MicroBatchTokens, parameters.BatchTokens);
        parameters.SequencesMax = (uint)options.SequencesMax + (options.CopiesKv ? 1u : 0);
        parameters.OutputsMax = Math.Max(parameters.BatchTokens, parameters.SequencesMax);
        NativeLog.Lines.Forget();
        LlamaContextHandle context = LlamaContextHandle.TryCreate(model, parameters)
            ?? throw new LlamaModelException(
                $"No KV pool of {options.KvTokensTotal} tokens could be allocated for {options.ModelPath}: {NativeLog.Lines.Explain()}. " +
                "Ask for fewer KV tokens or a smaller KV type.");
        if (ThreadPoolHandle.TryStart(parameters.Threads, options.ThreadPoll) is ThreadPoolHandle threads) context.Attach(threads);
        return context;
    }

    /// <summary>
    /// Cells beside the pool, in which a copy from elsewhere lands before its sequence takes the tokens that it wants of it.
    /// </summary>
    public static int CopyTokens(LlamaOptions options) => options.CopiesKv ? (int)KvPageTokens : 0;

    /// <summary>
    /// Bytes that the KV of a token takes in every layer together, from the model's shape; models whose layers differ take less.
    /// </summary>
    public static long KvTokenBytes(LlamaModelHandle model, LlamaOptions options)
    {
        int headWidth = LlamaNative.ModelWidth(model) / LlamaNative.ModelHeads(model);
        string? architecture = Metadata(model, "general.architecture");
        int keys = Number(model, $"{architecture}.attention.key_length") ?? headWidth;
        int values = Number(model, $"{architecture}.attention.value_length") ?? headWidth;
        double bytes = (keys * BytesPerNumber(options.KeyType)) + (values * BytesPerNumber(options.ValueType));
        return (long)(bytes * LlamaNative.ModelKvHeads(model) * LlamaNative.ModelLayers(model));
    }

    /// <summary>
    /// Loads the adapters and adds them to every step of the context; the caller owns them and frees them after the context.
    /// </summary>
    public static LlamaAdapterHandle[] AddAdapters(LlamaModelHandle model, LlamaContextHandle context, LlamaOptions options)
    {
        var handles = new List<LlamaAdapterHandle>();
        try
        {
            foreach (LlamaAdapter adapter in options.Adapters) handles.Add(LoadAdapter(model, adapter.Path));
            nint[] pointers = [.. handles.Select(h => h.DangerousGetHandle())];
            float[] scales = [.. options.Adapters.Select(a => a.Scale)];
            fixed (nint* p = pointers)
            fixed (float* s = scales)
            {
                if (pointers.Length == 0 || LlamaNative.ContextSetAdapters(context, p, (nuint)pointers.Length, s) == 0) return [.. handles];
            }

            throw new LlamaModelException($"The adapters cannot be added to {options.ModelPath}: {NativeLog.Lines.Explain()}.");
        }
        catch
        {
            handles.ForEach(h => h.Dispose());
            throw;
        }
    }

    /// <summary>The library's own defaults with everything that both of our contexts share.</summary>
    public static LlamaContextParams ContextDefaults(LlamaModelHandle model, LlamaOptions options)
    {
        ParamsProbe probe = LlamaNative.ContextDefaultParams();
        LlamaContextParams parameters = *(LlamaContextParams*)&probe;
        parameters.OutputsMaxPerSequence = 0;
        parameters.Threads = options.Threads ?? DefaultThreads((long)LlamaNative.ModelBytes(model), Environment.ProcessorCount);
        parameters.ThreadsBatch = parameters.Threads;
        parameters.KeyType = ToNative(options.KeyType);
        parameters.ValueType = ToNative(options.ValueType);
        parameters.KvUnified = 1;
        parameters.FlashAttentionType = options.FlashAttention switch
        {
            FlashAttention.Off => NativeConstants.FlashAttentionOff,
            FlashAttention.On => NativeConstants.FlashAttentionOn,
            _ => NativeConstants.FlashAttentionAuto,
        };
        return parameters;
    }

    /// <summary>The name that the file gives its model, else the file's name.</summary>
    public static string NameOf(LlamaModelHandle model, string path) =>
        Metadata(model, "general.name") is { Length: > 0 } name ? name : Path.GetFileNameWithoutExtension(path);

    private static string? Metadata(LlamaModelHandle model, string key)
    {
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* b = buffer)
        {
            int length = LlamaNative.ModelMetadata(model, key, b, (nuint)buffer.Length);
            return length < 0 ? null : Encoding.UTF8.GetString(buffer[..Math.Min(length, buffer.Length - 1)]);
        }
    }

    private static int? Number(LlamaModelHandle model, string key) =>
        int.TryParse(Metadata(model, key), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    internal static double BytesPerNumber(KvType type) => type switch
    {
        KvType.F32 => 4,
        KvType.Q8 => 34 / 32.0,
        _ => 2,
    };

    /// <summary>One thread per <see cref="ThreadBytes"/> of weights, at least one, at most the processors.</summary>
    internal static int DefaultThreads(long weightBytes, int processors) => (int)Math.Clamp(1 + (weightBytes / ThreadBytes), 1, processors);

    private static uint RoundUpToPage(int tokens) => ((uint)tokens + KvPageTokens - 1) / KvPageTokens * KvPageTokens;

    private static LlamaAdapterHandle LoadAdapter(LlamaModelHandle model, string path)
    {
        if (!File.Exists(path)) throw new LlamaModelException($"The adapter file {path} does not exist.");
        GgufPreflight.Check(path);
        NativeLog.Lines.Forget();
        return LlamaAdapterHandle.TryLoad(model, path)
            ?? throw new LlamaModelException($"The adapter {path} could not be loaded: {NativeLog.Lines.Explain()}.");
    }

    private static LlamaModelParams ModelDefaults()
    {
        ParamsProbe probe = LlamaNative.ModelDefaultParams();
        return *(LlamaModelParams*)&probe;
    }

    private static string? Refusal(LlamaModelHandle model)
    {
        if (LlamaNative.ModelIsRecurrent(model) != 0 || LlamaNative.ModelIsHybrid(model) != 0)
        {
            return "it keeps a recurrent state per sequence, which can neither be shared nor cut; Kantor serves plain transformers";
        }

        if (LlamaNative.ModelHasDecoder(model) == 0) return "it has no decoder and cannot generate text";
        return VocabularyNative.Size(LlamaNative.ModelVocabulary(model)) < 1 ? "it has no vocabulary" : null;
    }

    private static int ToNative(KvType type) => type switch
    {
        KvType.F32 => NativeConstants.TypeF32,
        KvType.Q8 => NativeConstants.TypeQ8_0,
        _ => NativeConstants.TypeF16,
    };
}
