using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>
/// Owns one loaded model. Contexts and adapters hold a reference, so the native model outlives them whatever is disposed first.
/// </summary>
internal sealed class LlamaModelHandle : SafeHandle
{
    private LlamaModelHandle(nint model)
        : base(0, ownsHandle: true) => SetHandle(model);

    public override bool IsInvalid => handle == 0;

    /// <summary>Loads a model file; null when the library refuses it (the reason is in the native log).</summary>
    public static LlamaModelHandle? TryLoad(string path, LlamaModelParams parameters)
    {
        nint model = LlamaNative.ModelLoad(path, parameters);
        return model == 0 ? null : new LlamaModelHandle(model);
    }

    protected override bool ReleaseHandle()
    {
        LlamaNative.ModelFree(handle);
        return true;
    }
}
