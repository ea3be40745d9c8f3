using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>
/// Owns one context (KV pool and compute buffers), its threads, the abort flag that its callback reads, and a reference on its model: the
/// native order "context before model" holds even when the finaliser releases both.
/// </summary>
internal sealed unsafe class LlamaContextHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;
    private readonly bool _holdsModel;
    private int* _abortFlag;
    private ThreadPoolHandle? _threads;

    private LlamaContextHandle(LlamaModelHandle model)
        : base(0, ownsHandle: true)
    {
        _model = model;
        model.DangerousAddRef(ref _holdsModel);
        _abortFlag = (int*)NativeMemory.AllocZeroed(sizeof(int));
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Creates a context; null when the library cannot (the reason is in the native log).</summary>
    public static LlamaContextHandle? TryCreate(LlamaModelHandle model, LlamaContextParams parameters)
    {
        var context = new LlamaContextHandle(model);
        parameters.AbortCallback = &AbortRequested;
        parameters.AbortCallbackData = context._abortFlag;
        context.SetHandle(LlamaNative.ContextCreate(model, parameters));
        if (!context.IsInvalid) return context;
        context.ReleaseOwned();
        context.SetHandleAsInvalid();
        context.Dispose();
        return null;
    }

    /// <summary>Computes on these threads from now on, and frees them after itself.</summary>
    public void Attach(ThreadPoolHandle threads)
    {
        _threads = threads;
        LlamaNative.ContextAttachThreads(this, threads.DangerousGetHandle(), threads.DangerousGetHandle());
    }

    /// <summary>Asks a running decode to stop; safe from any thread while the caller keeps the handle open.</summary>
    public void SetAbort(bool requested)
    {
        bool entered = false;
        DangerousAddRef(ref entered);
        Volatile.Write(ref *_abortFlag, requested ? 1 : 0);
        if (entered) DangerousRelease();
    }

    protected override bool ReleaseHandle()
    {
        LlamaNative.ContextFree(handle);
        _threads?.Dispose();
        ReleaseOwned();
        return true;
    }

    private void ReleaseOwned()
    {
        NativeMemory.Free(_abortFlag);
        _abortFlag = null;
        if (_holdsModel) _model.DangerousRelease();
    }

    // Touches nothing but the flag: no managed state, nothing that could throw across the boundary.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte AbortRequested(void* flag) => (byte)(Volatile.Read(ref *(int*)flag) != 0 ? 1 : 0);
}
