using Kantor.LlamaCpp.Library;

namespace Kantor.LlamaCpp.Tests.Library;

public sealed class LlamaLibraryFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-library-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("libllama.v0.5.0.so", "libggml.v0.5.0.so", "libggml-base.so")]
    [InlineData("libllama.cuda.v0.5.0.so", "libggml.cuda.v0.5.0.so", "libggml-base.so")]
    [InlineData("libllama.metal.v0.5.0.dylib", "libggml.metal.v0.5.0.dylib", "libggml-base.dylib")]
    [InlineData("llama.v0.5.0.dll", "ggml.v0.5.0.dll", "ggml-base.dll")]
    [InlineData("libllama.so", "libggml.so", "libggml-base.so")]
    public void The_names_of_every_platform_and_variant_are_known(string llama, string ggml, string ggmlBase)
    {
        Touch(llama, ggml, ggmlBase, "libllama-common.so", "libggml-cpu-haswell.so", "llama-addon.node");
        LlamaLibraryFiles files = LlamaLibraryFiles.Find(_folder);
        Assert.Equal(Path.Combine(_folder, llama), files.Llama);
        Assert.Equal(Path.Combine(_folder, ggml), files.Ggml);
        Assert.Equal(Path.Combine(_folder, ggmlBase), files.GgmlBase);
        Assert.Equal(llama.Contains("v0.5.0", StringComparison.Ordinal) ? "0.5.0" : null, files.FileRelease);
    }

    [Theory]
    [InlineData("")]
    [InlineData("", "libggml-cpu-haswell.so", "libggml-blas.so", "libggml-rpc.so", "libggml-cuda.txt", "ggml-vulkan-shaders.so")]
    [InlineData("cuda", "libggml-cuda.so")]
    [InlineData("metal", "libggml-metal.dylib", "default.metallib")]
    [InlineData("cuda vulkan", "ggml-vulkan.dll", "ggml-cuda.dll", "libggml-cuda.so")]
    public void The_kernels_beside_the_library_are_known_by_their_names(string kernels, params string[] beside)
    {
        Touch(["libllama.so", "libggml.so", "libggml-base.so", .. beside]);
        Assert.Equal(kernels, string.Join(' ', LlamaLibraryFiles.Find(_folder).GpuKernels));
    }

    [Fact]
    public void A_missing_folder_names_both_ways_out()
    {
        string missing = Path.Combine(_folder, "none");
        var e = Assert.Throws<LlamaLibraryException>(() => LlamaLibraryFiles.Find(missing));
        Assert.Contains(missing, e.Message, StringComparison.Ordinal);
        AssertWaysOut(e);
    }

    [Theory]
    [InlineData("it holds no llama library")]
    [InlineData("it holds no ggml library", "libllama.so", "libllama-common.so")]
    [InlineData("it holds no ggml-base library", "libllama.so", "libggml.so")]
    public void A_folder_without_a_part_names_the_part_and_both_ways_out(string problem, params string[] present)
    {
        Touch(present);
        var e = Assert.Throws<LlamaLibraryException>(() => LlamaLibraryFiles.Find(_folder));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        AssertWaysOut(e);
    }

    [Fact]
    public void Another_release_in_the_file_name_is_refused_before_it_is_loaded()
    {
        Touch("libllama.v0.4.0.so", "libggml.v0.4.0.so", "libggml-base.so");
        var e = Assert.Throws<LlamaLibraryException>(() => LlamaLibraryFiles.Find(_folder));
        Assert.Contains("0.4.0", e.Message, StringComparison.Ordinal);
        Assert.Contains("0.5.0", e.Message, StringComparison.Ordinal);
        AssertWaysOut(e);
    }

    [Theory]
    [InlineData("0.5.0", true)]
    [InlineData("0.5.0-dev", true)]
    [InlineData("0.5.1", false)]
    [InlineData("0.5.0-dev.2", false)]
    [InlineData("", false)]
    public void Only_the_pinned_release_is_accepted__G17(string release, bool accepted)
    {
        Exception? e = Record.Exception(() => LlamaLibraryFiles.RequireRelease(release, _folder));
        Assert.Equal(accepted, e is null);
        if (!accepted) Assert.Contains(LlamaLibraryFiles.PinnedRelease, e!.Message, StringComparison.Ordinal);
    }

    private static void AssertWaysOut(LlamaLibraryException e)
    {
        Assert.Contains("Node.js >= 20", e.Message, StringComparison.Ordinal);
        Assert.Contains("KANTOR_LLAMA_DIR", e.Message, StringComparison.Ordinal);
    }

    private void Touch(params string[] names)
    {
        foreach (string name in names) File.WriteAllBytes(Path.Combine(_folder, name), []);
    }
}
