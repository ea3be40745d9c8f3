using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>Owns one LoRA adapter and a reference on the model that it was loaded for.</summary>
internal sealed class LlamaAdapterHandle : SafeHandle
{
    private readonly LlamaModelHandle _model;
    private readonly bool _holdsModel;

    private LlamaAdapterHandle(LlamaModelHandle model, nint adapter)
        : base(0, ownsHandle: true)
    {
        _model = model;
        model.DangerousAddRef(ref _holdsModel);
        SetHandle(adapter);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Loads an adapter file; null when the library refuses it (the reason is in the native log).</summary>
    public static LlamaAdapterHandle? TryLoad(LlamaModelHandle model, string path)
    {
        nint adapter = LlamaNative.AdapterLoad(model, path);
        return adapter == 0 ? null : new LlamaAdapterHandle(model, adapter);
    }

    protected override bool ReleaseHandle()
    {
        LlamaNative.AdapterFree(handle);
        if (_holdsModel) _model.DangerousRelease();
        return true;
    }
}
