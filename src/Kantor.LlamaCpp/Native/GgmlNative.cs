using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Native;

/// <summary>The functions of libggml that register compute back ends and name their devices.</summary>
internal static unsafe partial class GgmlNative
{
    /// <summary>Name that the import resolver answers with libggml from the same folder as libllama.</summary>
    public const string Library = "kantor-ggml";

    [LibraryImport(Library, EntryPoint = "ggml_backend_load_all_from_path", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void LoadBackends(string folder);

    [LibraryImport(Library, EntryPoint = "ggml_backend_dev_count")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nuint DeviceCount();

    [LibraryImport(Library, EntryPoint = "ggml_backend_dev_get")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint Device(nuint index);

    // The device accessors live in libggml-base, which libggml itself loads from its own folder.
    [LibraryImport(BaseLibrary, EntryPoint = "ggml_backend_dev_name")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* DeviceName(nint device);

    [LibraryImport(BaseLibrary, EntryPoint = "ggml_backend_dev_description")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial byte* DeviceDescription(nint device);

    [LibraryImport(BaseLibrary, EntryPoint = "ggml_backend_dev_type")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial int DeviceType(nint device);

    [LibraryImport(BaseLibrary, EntryPoint = "ggml_backend_dev_memory")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void DeviceMemory(nint device, nuint* freeBytes, nuint* totalBytes);

    [LibraryImport(BaseLibrary, EntryPoint = "ggml_backend_dev_backend_reg")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint RegistryOf(nint device);

    // Functions of the back end that was chosen for this processor, which no import can name.
    [LibraryImport(BaseLibrary, EntryPoint = "ggml_backend_reg_get_proc_address", StringMarshalling = StringMarshalling.Utf8)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial nint FunctionOf(nint registry, string name);

    [LibraryImport(BaseLibrary, EntryPoint = "ggml_threadpool_params_init")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void ThreadPoolDefaults(ThreadPoolParams* parameters, int threads);

    /// <summary>Name that the import resolver answers with libggml-base.</summary>
    public const string BaseLibrary = "kantor-ggml-base";
}
