using System.Text;
using Kantor.LlamaCpp.Library;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp;

/// <summary>Steps from a file on disk to a native model and context, each with an error that names the file.</summary>
internal static unsafe class ModelLoader
{
    /// <summary>Checks the file in managed code, then lets the library load it.</summary>
    public static LlamaModelHandle Load(LlamaOptions options)
    {
        if (!File.Exists(options.ModelPath)) throw new LlamaModelException($"The model file {options.ModelPath} does not exist.");
        LlamaModelParams parameters = ModelDefaults();
        if (options.GpuLayers is int layers) parameters.GpuLayers = layers;
        NativeLog.Forget();
        LlamaModelHandle model = LlamaModelHandle.TryLoad(options.ModelPath, parameters)
            ?? throw new LlamaModelException($"The model {options.ModelPath} could not be loaded: {NativeLog.Explain()}.");
        if (Refusal(model) is not string reason) return model;
        model.Dispose();
        throw new LlamaModelException($"The model {options.ModelPath} cannot be served: {reason}.");
    }

    /// <summary>Allocates the KV pool and compute buffers.</summary>
    public static LlamaContextHandle CreateContext(LlamaModelHandle model, LlamaOptions options)
    {
        LlamaContextParams parameters = ContextDefaults(options);
        parameters.ContextTokens = (uint)options.KvTokensTotal;
        parameters.BatchTokens = (uint)options.BatchTokensMax;
        parameters.MicroBatchTokens = (uint)options.MicroBatchTokens;
        parameters.SequencesMax = (uint)options.SequencesMax;
        NativeLog.Forget();
        LlamaContextHandle context = LlamaContextHandle.TryCreate(model, parameters)
            ?? throw new LlamaModelException(
                $"No KV pool of {options.KvTokensTotal} tokens could be allocated for {options.ModelPath}: {NativeLog.Explain()}. " +
                "Ask for fewer KV tokens or a smaller KV type.");
        if (LlamaNative.ContextBatchTokens(context) >= options.BatchTokensMax) return context;
        uint granted = LlamaNative.ContextBatchTokens(context);
        context.Dispose();
        throw new LlamaModelException(
            $"The library grants batches of {granted} tokens to {options.ModelPath}, not the {options.BatchTokensMax} asked for; " +
            "ask for fewer batch tokens or more KV tokens.");
    }

    /// <summary>The library's own defaults with everything that both of our contexts share.</summary>
    public static LlamaContextParams ContextDefaults(LlamaOptions options)
    {
        ParamsProbe probe = LlamaNative.ContextDefaultParams();
        LlamaContextParams parameters = *(LlamaContextParams*)&probe;
        parameters.OutputsMaxPerSequence = 0;
        parameters.Threads = options.Threads ?? Environment.ProcessorCount;
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
    public static string NameOf(LlamaModelHandle model, string path)
    {
        Span<byte> buffer = stackalloc byte[256];
        fixed (byte* b = buffer)
        {
            int length = LlamaNative.ModelMetadata(model, "general.name", b, (nuint)buffer.Length);
            if (length > 0) return Encoding.UTF8.GetString(buffer[..Math.Min(length, buffer.Length - 1)]);
        }

        return Path.GetFileNameWithoutExtension(path);
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
