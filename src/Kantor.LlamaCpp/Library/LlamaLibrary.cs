using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Kantor.LlamaCpp.Native;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kantor.LlamaCpp.Library;

/// <summary>
/// The loaded native library: one per process, loaded on first use, never unloaded. Loading checks the release and the struct layouts and
/// registers the compute back ends that fit this machine.
/// </summary>
public sealed partial class LlamaLibrary
{
    private static readonly Lock Gate = new();
    private static LlamaLibrary? _loaded;
    private static bool _resolves;
    private static nint _llama;
    private static nint _ggml;
    private static nint _ggmlBase;

    private LlamaLibrary(LlamaLibraryFiles files)
    {
        Folder = files.Folder;
        LibraryPath = files.Llama;
        Release = ReadText(ReleaseText);
        SystemInfo = ReadText(SystemInfoText);
        Devices = ReadDevices();
        Gpus = new(files.GpuKernels, Devices) { Cuda = files.HasPackagedCuda ? CudaDriver.TryRead() : null };
        SequencesMax = (int)LlamaNative.MaxParallelSequences();
        CpuVariant = FindCpuVariant();
    }

    /// <summary>Folder of the library.</summary>
    public string Folder { get; }

    /// <summary>Path of libllama.</summary>
    public string LibraryPath { get; }

    /// <summary>Release that the library reports.</summary>
    public string Release { get; }

    /// <summary>The library's own line on compute back ends and instruction sets, such as <c>CPU : AVX2 = 1 | ...</c>.</summary>
    public string SystemInfo { get; }

    /// <summary>Instruction-set variant of the processor back end that was chosen, such as haswell; null when there is only one.</summary>
    public string? CpuVariant { get; }

    /// <summary>Compute devices, processor included.</summary>
    public IReadOnlyList<LlamaDevice> Devices { get; }

    /// <summary>What the library can compute on besides the processor.</summary>
    public GpuSupport Gpus { get; }

    /// <summary>Most sequence ids that the library supports in one KV pool.</summary>
    public int SequencesMax { get; }

    /// <summary>Loads the library from <see cref="LlamaLibraryFiles.DefaultFolder"/>, or returns the one loaded before.</summary>
    /// <param name="logger">Receives the native log lines from now on; null keeps the receiver.</param>
    /// <exception cref="LlamaLibraryException">Missing, another release, or another layout; says how to mend it.</exception>
    public static LlamaLibrary Load(ILogger? logger = null)
    {
        lock (Gate)
        {
            _loaded ??= LoadFrom(LlamaLibraryFiles.Find(LlamaLibraryFiles.DefaultFolder));
            if (logger is not null) NativeLog.Attach(logger);
            return _loaded;
        }
    }

    /// <summary>As <see cref="Load"/>, but returns null and the reason instead of throwing.</summary>
    public static LlamaLibrary? TryLoad(out string? problem)
    {
        try
        {
            problem = null;
            return Load();
        }
        catch (LlamaLibraryException e)
        {
            problem = e.Message;
            return null;
        }
    }

    private static LlamaLibrary LoadFrom(LlamaLibraryFiles files)
    {
        if (!Environment.Is64BitProcess) throw new LlamaLibraryException("The native llama.cpp library needs a 64-bit process.");
        _ggmlBase = Open(files.GgmlBase);
        _ggml = Open(files.Ggml);
        _llama = Open(files.Llama);
        if (!_resolves) NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, Resolve);
        _resolves = true;
        try
        {
            LlamaLibraryFiles.RequireRelease(ReadText(ReleaseText), files.Folder);
            RequireLayout(files.Folder);
            NativeLog.Attach(NullLogger.Instance);
            GgmlNative.LoadBackends(files.Folder);
            LlamaNative.BackendInit();
        }
        catch (EntryPointNotFoundException e)
        {
            throw new LlamaLibraryException(
                $"The native library in {files.Folder} lacks a function: {e.Message}. {LlamaLibraryFiles.WaysOut}", e);
        }

        if (GgmlNative.DeviceCount() == 0)
        {
            throw new LlamaLibraryException(
                $"The native library in {files.Folder} found no compute back end for this machine (no ggml-cpu library could be loaded). " +
                LlamaLibraryFiles.WaysOut);
        }

        return new(files);
    }

    private static nint Open(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaLibraryException($"The native library {path} could not be loaded: {e.Message} {LlamaLibraryFiles.WaysOut}", e);
        }
    }

    private static void RequireLayout(string folder)
    {
        List<string> differences = LayoutCheck.Differences(LlamaNative.ModelDefaultParams(), LlamaNative.ContextDefaultParams());
        if (differences.Count == 0) return;
        throw new LlamaLibraryException(
            $"The native library in {folder} has other struct layouts than llama.cpp {LlamaLibraryFiles.PinnedRelease}: " +
            $"{string.Join("; ", differences)}. {LlamaLibraryFiles.WaysOut}");
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        LlamaNative.Library => _llama,
        GgmlNative.Library => _ggml,
        GgmlNative.BaseLibrary => _ggmlBase,
        _ => 0,
    };

    private static unsafe LlamaDevice[] ReadDevices()
    {
        var devices = new LlamaDevice[(int)GgmlNative.DeviceCount()];
        for (int i = 0; i < devices.Length; i++)
        {
            nint device = GgmlNative.Device((nuint)i);
            nuint free, total;
            GgmlNative.DeviceMemory(device, &free, &total);
            devices[i] = new(
                Marshal.PtrToStringUTF8((nint)GgmlNative.DeviceName(device)) ?? string.Empty,
                Marshal.PtrToStringUTF8((nint)GgmlNative.DeviceDescription(device)) ?? string.Empty,
                (LlamaDeviceKind)GgmlNative.DeviceType(device),
                (long)free,
                (long)total);
        }

        return devices;
    }

    // The library chooses the variant itself and tells nobody; the loaded file's name does.
    private static string? FindCpuVariant()
    {
        using var process = Process.GetCurrentProcess();
        foreach (ProcessModule module in process.Modules)
        {
            Match match = CpuLibraryName().Match(module.FileName);
            if (match.Success) return match.Groups[1].Value;
        }

        return null;
    }

    [GeneratedRegex(@"ggml-cpu-([A-Za-z0-9_.]+)\.(?:so|dll)$")]
    private static partial Regex CpuLibraryName();

    private static unsafe nint ReleaseText() => (nint)LlamaNative.Version();

    private static unsafe nint SystemInfoText() => (nint)LlamaNative.SystemInfo();

    private static string ReadText(Func<nint> native) => Marshal.PtrToStringUTF8(native()) ?? string.Empty;
}
