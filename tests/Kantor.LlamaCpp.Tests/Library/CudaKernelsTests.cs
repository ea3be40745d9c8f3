using Kantor.LlamaCpp.Library;

namespace Kantor.LlamaCpp.Tests.Library;

public class CudaKernelsTests
{
    private static readonly CudaDevice A100 = new("NVIDIA A100", 8, 0), A10 = new("NVIDIA A10", 8, 6), L4 = new("NVIDIA L4", 8, 9),
        H200 = new("NVIDIA H200", 9, 0), B200 = new("NVIDIA B200", 10, 0), Rtx5090 = new("NVIDIA GeForce RTX 5090", 12, 0);

    [Fact]
    public void Machine_code_runs_on_every_driver_of_CUDA_13_and_PTX_on_13_1_only()
    {
        foreach (CudaDevice device in (CudaDevice[])[A10, L4, Rtx5090])
        {
            Assert.Null(CudaKernels.Misfit(new(13_000, [device])));
            Assert.NotNull(CudaKernels.Misfit(new(12_090, [device])));
        }

        foreach (CudaDevice device in (CudaDevice[])[A100, H200, B200])
        {
            Assert.NotNull(CudaKernels.Misfit(new(13_000, [device])));
            Assert.Null(CudaKernels.Misfit(new(13_010, [device])));
        }
    }

    [Fact]
    public void The_way_out_is_named()
    {
        string misfit = CudaKernels.Misfit(new(13_000, [L4, H200]))!;
        Assert.Contains("cannot run on NVIDIA H200 (9.0): for it the driver would have to know CUDA 13.1 and it knows 13.0.", misfit, StringComparison.Ordinal);
        Assert.Contains("-p:KantorLlamaVariant=vulkan", misfit, StringComparison.Ordinal);
        Assert.Contains("CUDA_VISIBLE_DEVICES", misfit, StringComparison.Ordinal);
        Assert.DoesNotContain("CUDA_VISIBLE_DEVICES", CudaKernels.Misfit(new(13_000, [H200]))!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(99, true)]
    [InlineData(0, false)]
    public void It_is_said_before_the_library_would_stop_the_process(int? layers, bool isRefused)
    {
        var support = new GpuSupport(["cuda"], [new("CUDA0", "NVIDIA H200", LlamaDeviceKind.Gpu, 1, 1)]) { Cuda = new(13_000, [H200]) };
        Assert.Equal(isRefused, support.Refusal(layers, "--layers") is not null);
        Assert.Null((support with { Cuda = null }).Refusal(layers, "--layers"));
    }

    /// <summary>Wherever the tests run: with a driver or without one, it is asked and nothing breaks.</summary>
    [Fact]
    public void A_driver_is_asked_without_harm() =>
        Assert.All(CudaDriver.TryRead()?.Devices ?? [], device => Assert.InRange(device.Major, 1, 99));
}
