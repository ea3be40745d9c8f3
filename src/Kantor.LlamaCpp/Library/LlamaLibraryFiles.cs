using System.Text.RegularExpressions;

namespace Kantor.LlamaCpp.Library;

/// <summary>Which files of a folder are the native library, and of which release they say they are.</summary>
/// <param name="Folder">Absolute path of the folder.</param>
/// <param name="Llama">Absolute path of libllama.</param>
/// <param name="Ggml">Absolute path of libggml, which registers compute back ends.</param>
/// <param name="GgmlBase">Absolute path of libggml-base, which describes devices.</param>
/// <param name="FileRelease">Release in the file name, such as 0.5.0; null for a build whose names carry none.</param>
/// <param name="GpuKernels">GPU back ends whose libraries lie in the folder, such as cuda or vulkan, in order of name.</param>
public sealed partial record LlamaLibraryFiles(
    string Folder, string Llama, string Ggml, string GgmlBase, string? FileRelease, IReadOnlyList<string> GpuKernels)
{
    /// <summary>The environment variable that names the folder to use instead of the one beside the binaries.</summary>
    public const string FolderVariable = "KANTOR_LLAMA_DIR";

    /// <summary>The llama.cpp release that the binding is written for.</summary>
    public const string PinnedRelease = "0.5.0";

    /// <summary>The folder to look in: <see cref="FolderVariable"/> when set, else <c>llama</c> beside the binaries.</summary>
    public static string DefaultFolder
    {
        get
        {
            string? folder = Environment.GetEnvironmentVariable(FolderVariable);
            return string.IsNullOrWhiteSpace(folder) ? Path.Combine(AppContext.BaseDirectory, "llama") : Path.GetFullPath(folder);
        }
    }

    /// <summary>Whether the CUDA kernels are those of the package that the build fetched; a folder of one's own may hold others.</summary>
    public bool HasPackagedCuda =>
        GpuKernels.Contains("cuda") && string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(FolderVariable));

    /// <summary>Finds the libraries in <paramref name="folder"/>.</summary>
    /// <exception cref="LlamaLibraryException">The folder or a library is missing, or its name carries another release.</exception>
    public static LlamaLibraryFiles Find(string folder)
    {
        if (!Directory.Exists(folder)) throw Missing(folder, "the folder does not exist");
        string[] names = Array.ConvertAll(Directory.GetFiles(folder), f => Path.GetFileName(f)!);
        Array.Sort(names, StringComparer.Ordinal);
        Match llama = FirstMatch(names, LlamaName()) ?? throw Missing(folder, "it holds no llama library");
        Match ggml = FirstMatch(names, GgmlName()) ?? throw Missing(folder, "it holds no ggml library");
        Match ggmlBase = FirstMatch(names, GgmlBaseName()) ?? throw Missing(folder, "it holds no ggml-base library");
        string? release = llama.Groups["release"].Success ? llama.Groups["release"].Value : null;
        if (release is not null) RequireRelease(release, folder);
        return new(
            folder,
            Path.Combine(folder, llama.Value),
            Path.Combine(folder, ggml.Value),
            Path.Combine(folder, ggmlBase.Value),
            release,
            KernelsOf(names));
    }

    /// <summary>Refuses any release but <see cref="PinnedRelease"/>; its unreleased spelling <c>-dev</c> is the same source.</summary>
    /// <exception cref="LlamaLibraryException">Another release; both are named.</exception>
    public static void RequireRelease(string found, string folder)
    {
        if (found is PinnedRelease or PinnedRelease + "-dev") return;
        throw new LlamaLibraryException(
            $"The native library in {folder} is llama.cpp {found}, but this build of Kantor is bound to llama.cpp {PinnedRelease}; "
            + $"struct layouts differ between releases. {WaysOut}");
    }

    /// <summary>How a user mends a missing or wrong native library, in one sentence.</summary>
    public static string WaysOut =>
        "Either install Node.js >= 20 and rebuild (the build fetches the libraries with npm), or set " +
        $"{FolderVariable} to a folder that holds the llama.cpp {PinnedRelease} shared libraries.";

    private static LlamaLibraryException Missing(string folder, string why) =>
        new($"The native llama.cpp library was not found in {folder}: {why}. {WaysOut}");

    private static string[] KernelsOf(string[] names) =>
        [.. names.Select(n => GgmlGpuName().Match(n)).Where(m => m.Success).Select(m => m.Groups["kernels"].Value).Distinct()];

    private static Match? FirstMatch(string[] names, Regex pattern)
    {
        foreach (string name in names)
        {
            if (pattern.Match(name) is { Success: true } match) return match;
        }

        return null;
    }

    [GeneratedRegex(@"^(lib)?llama(\.[a-z]+)?(\.v(?<release>[0-9]+\.[0-9]+\.[0-9]+))?\.(so|dylib|dll)$")]
    private static partial Regex LlamaName();

    [GeneratedRegex(@"^(lib)?ggml(\.[a-z]+)?(\.v[0-9]+\.[0-9]+\.[0-9]+)?\.(so|dylib|dll)$")]
    private static partial Regex GgmlName();

    [GeneratedRegex(@"^(lib)?ggml-(?<kernels>cuda|vulkan|metal|hip|musa|sycl|opencl|cann|webgpu)\.(so|dylib|dll)$")]
    private static partial Regex GgmlGpuName();

    [GeneratedRegex(@"^(lib)?ggml-base\.(so|dylib|dll)$")]
    private static partial Regex GgmlBaseName();
}
