using System.Text.RegularExpressions;
using Kantor.LlamaCpp.Library;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>Where the library sees no GPU, the program says so, and refuses what needs one.</summary>
public sealed partial class NoSilentProcessorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kantor-gpu-build").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("serve")]
    [InlineData("calibrate", "engine")]
    public async Task Layers_for_a_GPU_that_is_not_there_are_refused_before_the_model_is_looked_for(params string[] verb)
    {
        SkipWithGpu();
        using var process = ProcessTests.Start([.. verb, "--model", "nowhere.gguf", "--gpu-layers", "99"], []);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await ProcessTests.ExitAsync(process));
        Assert.Contains("--gpu-layers is 99, but there is no GPU.", errors);
        Assert.Contains("--gpu-layers must be 0 or be left away", errors);
        Assert.DoesNotContain("nowhere", errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public async Task A_GPU_build_that_sees_no_device_serves_on_the_processor_and_says_so()
    {
        SkipWithGpu();
        MakeGpuBuild();
        using var serve = ProcessTests.Start(["serve", "--port", "0", "--threads", "1"], (LlamaLibraryFiles.FolderVariable, _folder));
        await ProcessTests.ReadUntilAsync(serve.StandardOutput, text => text.StartsWith("curl ", StringComparison.Ordinal));
        serve.Kill(entireProcessTree: true);
        var errors = await serve.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Matches(OnProcessor(), errors);
    }

    [Fact]
    public async Task The_doctor_finds_the_missing_device_of_a_GPU_build()
    {
        SkipWithGpu();
        MakeGpuBuild();
        using var doctor = ProcessTests.Start(["doctor"], (LlamaLibraryFiles.FolderVariable, _folder));
        var findings = await doctor.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await ProcessTests.ExitAsync(doctor));
        Assert.Contains("!!  GPU kernels      vulkan, but no such device", findings);
        Assert.Contains("The native library has vulkan kernels but sees no such device", findings);
        Assert.Matches("ok +Cpu +CPU: ", findings);
    }

    /// <summary>This machine's library beside kernels that cannot be loaded, as without the driver.</summary>
    private void MakeGpuBuild()
    {
        foreach (var file in Directory.GetFiles(LlamaLibraryFiles.DefaultFolder))
        {
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        }

        File.WriteAllBytes(Path.Combine(_folder, OperatingSystem.IsWindows() ? "ggml-vulkan.dll" : "libggml-vulkan.so"), []);
    }

    private static void SkipWithGpu() => Assert.SkipWhen(LlamaLibrary.Load().Gpus.HasDevice, "There is a GPU.");

    [GeneratedRegex("kantor: Computing on the processor. .*vulkan kernels but sees no.*--gpu-layers 0", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex OnProcessor();
}
