using Kantor.LlamaCpp.Library;

namespace Kantor.LlamaCpp.Tests.Library;

public class GpuSupportTests
{
    private const string Option = "--layers";
    private static readonly int?[] Layers = [null, 0, 1, 99];

    private static readonly LlamaDeviceKind[][] Seen =
    [
        [], [LlamaDeviceKind.Cpu], [LlamaDeviceKind.Cpu, LlamaDeviceKind.Accelerator], [LlamaDeviceKind.Gpu, LlamaDeviceKind.Cpu],
        [LlamaDeviceKind.IntegratedGpu, LlamaDeviceKind.Cpu],
    ];

    private static readonly string[][] Variants = [[], ["cuda"], ["cuda", "vulkan"]];

    [Fact]
    public void Layers_are_refused_exactly_when_some_are_asked_for_and_no_GPU_is_there()
    {
        foreach ((int? layers, LlamaDeviceKind[] seen, string[] kernels) in Cases())
        {
            string? refusal = Support(kernels, seen).Refusal(layers, Option);
            Assert.Equal(layers > 0 && !HasGpu(seen), refusal is not null);
            if (refusal is null) continue;
            Assert.StartsWith($"{Option} is {layers}, ", refusal, StringComparison.Ordinal);
            Assert.EndsWith($"{Option} must be 0 or be left away.", refusal, StringComparison.Ordinal);
            string wrong = kernels.Length == 0
                ? "no GPU kernels: build Kantor with"
                : $"{string.Join(" and ", kernels)} kernels but sees no such device: mend";
            Assert.Contains(wrong, refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_GPU_build_without_a_device_says_so_unless_the_processor_was_meant_or_refused()
    {
        foreach ((int? layers, LlamaDeviceKind[] seen, string[] kernels) in Cases())
        {
            GpuSupport support = Support(kernels, seen);
            bool isBlind = kernels.Length > 0 && !HasGpu(seen);
            Assert.Equal(isBlind, support.Blindness is not null);
            string? warning = support.Warning(layers, Option);
            Assert.Equal(isBlind && layers is null, warning is not null);
            if (warning is null) continue;
            Assert.Contains(support.Blindness!, warning, StringComparison.Ordinal);
            Assert.Contains($"{Option} 0", warning, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(int? Layers, LlamaDeviceKind[] Seen, string[] Kernels)> Cases() =>
        from layers in Layers from seen in Seen from kernels in Variants select (layers, seen, kernels);

    private static bool HasGpu(LlamaDeviceKind[] seen) =>
        seen.Contains(LlamaDeviceKind.Gpu) || seen.Contains(LlamaDeviceKind.IntegratedGpu);

    private static GpuSupport Support(string[] kernels, LlamaDeviceKind[] seen) =>
        new(kernels, [.. seen.Select(kind => new LlamaDevice(kind.ToString(), string.Empty, kind, 1, 1))]);
}
