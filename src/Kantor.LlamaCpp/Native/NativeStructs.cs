using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>llama_model_params of the pinned release; 80 bytes on every 64-bit platform.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaModelParams
{
    public nint* Devices;
    public nint TensorBufferOverrides;
    public int GpuLayers;
    public int SplitMode;
    public int LoadMode;
    public int LazyMode;
    public int MainGpu;
    public float* TensorSplit;
    public nint ProgressCallback;
    public nint ProgressCallbackUserData;
    public nint KvOverrides;
    public byte VocabOnly;
    public byte CheckTensors;
    public byte UseExtraBufferTypes;
    public byte NoHost;
    public byte NoAlloc;
    public byte LoadMtp;
}

/// <summary>llama_context_params of the pinned release; 160 bytes on every 64-bit platform.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaContextParams
{
    public uint ContextTokens;
    public uint BatchTokens;
    public uint MicroBatchTokens;
    public uint SequencesMax;
    public uint RecurrentSnapshots;
    public uint OutputsMax;
    public uint OutputsMaxPerSequence;
    public int Threads;
    public int ThreadsBatch;
    public int ContextType;
    public int RopeScalingType;
    public int PoolingType;
    public int AttentionType;
    public int FlashAttentionType;
    public float RopeFrequencyBase;
    public float RopeFrequencyScale;
    public float YarnExtFactor;
    public float YarnAttnFactor;
    public float YarnBetaFast;
    public float YarnBetaSlow;
    public uint YarnOriginalContext;
    public float DefragThreshold;
    public nint EvalCallback;
    public nint EvalCallbackUserData;
    public int KeyType;
    public int ValueType;
    public delegate* unmanaged[Cdecl]<void*, byte> AbortCallback;
    public void* AbortCallbackData;
    public byte Embeddings;
    public byte OffloadKqv;
    public byte NoPerf;
    public byte OpOffload;
    public byte SwaFull;
    public byte KvUnified;
    public nint Samplers;
    public nuint SamplersCount;
    public nint OtherContext;
}

/// <summary>ggml_threadpool_params of the pinned release; 528 bytes on every platform.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ThreadPoolParams
{
    public fixed byte CpuMask[512];
    public int Threads;
    public int Priority;

    /// <summary>How long a worker spins for the next graph before it sleeps: 0 not at all, 100 all the time.</summary>
    public uint Poll;
    public byte StrictCpu;
    public byte Paused;
}

/// <summary>llama_batch: the caller owns every array.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaBatch
{
    public int Rows;
    public int* Tokens;
    public float* Embeddings;
    public int* Positions;
    public int* SequenceCounts;
    public int** SequenceIds;
    public sbyte* Outputs;
}

/// <summary>llama_chat_message: two zero-terminated UTF-8 strings.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LlamaChatMessage
{
    public byte* Role;
    public byte* Content;
}

/// <summary>A buffer far larger than any parameter struct, so that a library of another layout cannot write past it.</summary>
[StructLayout(LayoutKind.Sequential, Size = 1024)]
internal struct ParamsProbe
{
    public ulong First;
}

/// <summary>Values of the native enumerations that the binding passes or reads.</summary>
internal static class NativeConstants
{
    public const int PoolingUnspecified = -1;
    public const int PoolingNone = 0;
    public const int PoolingMean = 1;
    public const int FlashAttentionAuto = -1;
    public const int FlashAttentionOff = 0;
    public const int FlashAttentionOn = 1;
    public const int TypeF32 = 0;
    public const int TypeF16 = 1;
    public const int TypeQ8_0 = 8;
    public const int AttributeUnknown = 1 << 0;
    public const int AttributeControl = 1 << 3;
    public const int AttributeStripLeft = 1 << 7;
    public const int AttributeStripRight = 1 << 8;
    public const int DeviceCpu = 0;
}
