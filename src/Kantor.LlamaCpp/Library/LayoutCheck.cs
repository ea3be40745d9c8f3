using System.Runtime.CompilerServices;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Library;

/// <summary>
/// Compares the binding's parameter structs with the defaults that the loaded library writes: a field that moved shows as a wrong value
/// before it can corrupt a call.
/// </summary>
internal static unsafe class LayoutCheck
{
    public const int ModelParamsBytes = 80;
    public const int ContextParamsBytes = 160;
    public const int BatchBytes = 56;

    /// <summary>Every difference found, each naming struct, field, expected and found; empty when the layouts agree.</summary>
    public static List<string> Differences(in ParamsProbe model, in ParamsProbe context)
    {
        var found = new List<string>();
        Expect(found, "llama_model_params", "size", ModelParamsBytes, sizeof(LlamaModelParams));
        Expect(found, "llama_context_params", "size", ContextParamsBytes, sizeof(LlamaContextParams));
        Expect(found, "llama_batch", "size", BatchBytes, sizeof(LlamaBatch));
        CheckModel(found, in Unsafe.As<ParamsProbe, LlamaModelParams>(ref Unsafe.AsRef(in model)));
        CheckContext(found, in Unsafe.As<ParamsProbe, LlamaContextParams>(ref Unsafe.AsRef(in context)));
        return found;
    }

    private static void CheckModel(List<string> found, in LlamaModelParams p)
    {
        const string Name = "llama_model_params";
        Expect(found, Name, "n_gpu_layers", -1, p.GpuLayers);
        Expect(found, Name, "split_mode", 1, p.SplitMode);
        Expect(found, Name, "load_mode", -1, p.LoadMode);
        Expect(found, Name, "lazy_mode", 1, p.LazyMode);
        Expect(found, Name, "main_gpu", 0, p.MainGpu);
        Expect(found, Name, "vocab_only", 0, p.VocabOnly);
        Expect(found, Name, "use_extra_bufts", 1, p.UseExtraBufferTypes);
        Expect(found, Name, "no_host", 0, p.NoHost);
    }

    private static void CheckContext(List<string> found, in LlamaContextParams p)
    {
        const string Name = "llama_context_params";
        Expect(found, Name, "n_ctx", 512, p.ContextTokens);
        Expect(found, Name, "n_batch", 2048, p.BatchTokens);
        Expect(found, Name, "n_ubatch", 512, p.MicroBatchTokens);
        Expect(found, Name, "n_seq_max", 1, p.SequencesMax);
        Expect(found, Name, "n_outputs_max", 0, p.OutputsMax);
        Expect(found, Name, "n_outputs_max_per_seq", 1, p.OutputsMaxPerSequence);
        Expect(found, Name, "n_threads", 4, p.Threads);
        Expect(found, Name, "rope_scaling_type", -1, p.RopeScalingType);
        Expect(found, Name, "flash_attn_type", NativeConstants.FlashAttentionAuto, p.FlashAttentionType);
        Expect(found, Name, "yarn_ext_factor", -1, p.YarnExtFactor);
        Expect(found, Name, "defrag_thold", -1, p.DefragThreshold);
        Expect(found, Name, "type_k", NativeConstants.TypeF16, p.KeyType);
        Expect(found, Name, "type_v", NativeConstants.TypeF16, p.ValueType);
        Expect(found, Name, "embeddings", 0, p.Embeddings);
        Expect(found, Name, "offload_kqv", 1, p.OffloadKqv);
        Expect(found, Name, "no_perf", 1, p.NoPerf);
        Expect(found, Name, "op_offload", 1, p.OpOffload);
        Expect(found, Name, "swa_full", 1, p.SwaFull);
        Expect(found, Name, "kv_unified", 0, p.KvUnified);
        Expect(found, Name, "n_samplers", 0, p.SamplersCount);
    }

    private static void Expect(List<string> found, string structName, string field, double expected, double actual)
    {
        // Both sides are small exact constants; equality is meant.
        if (expected.Equals(actual)) return;
        found.Add(FormattableString.Invariant($"{structName}.{field} is {actual}, expected {expected}"));
    }
}
