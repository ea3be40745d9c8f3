using System.Diagnostics;
using Kantor.LlamaCpp.Library;
using Kantor.LlamaCpp.Native;

namespace Kantor.LlamaCpp.Tests.Library;

public class LlamaLibraryTests
{
    [Fact]
    public void The_library_says_what_and_where_it_is()
    {
        LlamaLibrary library = LlamaLibrary.Load();
        Assert.StartsWith(LlamaLibraryFiles.PinnedRelease, library.Release, StringComparison.Ordinal);
        Assert.True(File.Exists(library.LibraryPath));
        Assert.Equal(LlamaLibraryFiles.DefaultFolder, library.Folder);
        Assert.Equal(256, library.SequencesMax);
        Assert.NotNull(library.CpuVariant);
        Assert.Contains(Directory.GetFiles(library.Folder), f => f.Contains($"ggml-cpu-{library.CpuVariant}.", StringComparison.Ordinal));
        Assert.Contains("CPU", library.SystemInfo, StringComparison.Ordinal);
        LlamaDevice cpu = Assert.Single(library.Devices, d => d.Kind == LlamaDeviceKind.Cpu);
        Assert.NotEmpty(cpu.Description);
        Assert.True(cpu.MemoryTotalBytes > 0);
        Assert.Same(library.Devices, library.Gpus.Devices);
        Assert.Equal(LlamaLibraryFiles.Find(library.Folder).GpuKernels, library.Gpus.Kernels);
    }

    [Fact]
    public void Loading_twice_gives_the_same_library() => Assert.Same(LlamaLibrary.Load(), LlamaLibrary.TryLoad(out _));

    [Fact]
    public void The_layouts_agree_with_the_library__G17()
    {
        LlamaLibrary.Load();
        Assert.Empty(LayoutCheck.Differences(LlamaNative.ModelDefaultParams(), LlamaNative.ContextDefaultParams()));
    }

    [Fact]
    public unsafe void A_field_that_moved_is_named()
    {
        LlamaLibrary.Load();
        ParamsProbe context = LlamaNative.ContextDefaultParams();
        ParamsProbe moved = default;
        byte* from = (byte*)&context, to = (byte*)&moved;
        // A new 32-bit field in front of n_ubatch.
        for (int i = 0; i < 8; i++) to[i] = from[i];
        for (int i = 8; i < LayoutCheck.ContextParamsBytes; i++) to[i + 4] = from[i];
        List<string> differences = LayoutCheck.Differences(LlamaNative.ModelDefaultParams(), moved);
        Assert.Contains("llama_context_params.n_ubatch is 0, expected 512", differences);
        Assert.Contains(differences, d => d.StartsWith("llama_context_params.type_k", StringComparison.Ordinal));
    }

    [Fact]
    public void An_empty_folder_named_by_the_environment_ends_with_both_ways_out()
    {
        string folder = Directory.CreateTempSubdirectory("kantor-empty-").FullName;
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [LlamaLibraryFiles.FolderVariable] = folder },
        };
        start.ArgumentList.Add("--filter-method");
        start.ArgumentList.Add($"{typeof(LlamaLibraryTests).FullName}.{nameof(Loading_twice_gives_the_same_library)}");
        using Process child = Process.Start(start)!;
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Directory.Delete(folder);
        Assert.NotEqual(0, child.ExitCode);
        Assert.Contains($"not found in {folder}", output, StringComparison.Ordinal);
        Assert.Contains("Node.js >= 20", output, StringComparison.Ordinal);
    }
}
