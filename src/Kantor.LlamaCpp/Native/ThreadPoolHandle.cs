using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>
/// The worker threads of one context on the processor, kept from graph to graph; without one the library starts and ends threads for every
/// graph. Freed after the context.
/// </summary>
internal sealed unsafe class ThreadPoolHandle : SafeHandle
{
    private readonly delegate* unmanaged[Cdecl]<nint, void> _free;

    private ThreadPoolHandle(nint pool, nint free)
        : base(0, ownsHandle: true)
    {
        _free = (delegate* unmanaged[Cdecl]<nint, void>)free;
        SetHandle(pool);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Starts so many threads, the caller's one included; null when no processor back end has them.</summary>
    public static ThreadPoolHandle? TryStart(int threads, int poll)
    {
        nint registry = ProcessorRegistry();
        if (registry == 0) return null;
        nint start = GgmlNative.FunctionOf(registry, "ggml_threadpool_new");
        nint free = GgmlNative.FunctionOf(registry, "ggml_threadpool_free");
        if (start == 0 || free == 0) return null;
        ThreadPoolParams parameters;
        GgmlNative.ThreadPoolDefaults(&parameters, threads);
        parameters.Poll = (uint)poll;
        nint pool = ((delegate* unmanaged[Cdecl]<ThreadPoolParams*, nint>)start)(&parameters);
        return pool == 0 ? null : new(pool, free);
    }

    protected override bool ReleaseHandle()
    {
        _free(handle);
        return true;
    }

    private static nint ProcessorRegistry()
    {
        for (nuint i = 0; i < GgmlNative.DeviceCount(); i++)
        {
            nint device = GgmlNative.Device(i);
            if (GgmlNative.DeviceType(device) == NativeConstants.DeviceCpu) return GgmlNative.RegistryOf(device);
        }

        return 0;
    }
}
