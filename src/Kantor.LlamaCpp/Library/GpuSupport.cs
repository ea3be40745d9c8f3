namespace Kantor.LlamaCpp.Library;

/// <summary>What the native library can compute on besides the processor: the kernels that came with it, and the devices it sees.</summary>
/// <param name="Kernels">GPU back ends that came with the library, such as cuda or vulkan; empty in a build for the processor.</param>
/// <param name="Devices">Every device that the library registered, the processor included.</param>
/// <remarks>The library itself computes on the processor without a word when it sees no GPU, however many layers were asked for.</remarks>
public sealed record GpuSupport(IReadOnlyList<string> Kernels, IReadOnlyList<LlamaDevice> Devices)
{
    /// <summary>Whether a GPU is there for the library to use.</summary>
    public bool HasDevice => Devices.Any(device => device.Kind is LlamaDeviceKind.Gpu or LlamaDeviceKind.IntegratedGpu);

    /// <summary>
    /// What NVIDIA's driver says, where the package's own CUDA kernels are to run on it; null for other kernels, and without such a driver.
    /// </summary>
    public CudaDriver? Cuda { get; init; }

    /// <summary>
    /// What is wrong and how to mend it, when a GPU is there that cannot run the kernels; null otherwise. The library itself sees that at
    /// the first kernel only, and stops the process.
    /// </summary>
    public string? Misfit => Cuda is null ? null : CudaKernels.Misfit(Cuda);

    /// <summary>What is wrong and how to mend it, when there are kernels and no device for them; null otherwise.</summary>
    public string? Blindness => Kernels.Count == 0 || HasDevice ? null :
        $"The native library has {Names} kernels but sees no such device: mend the device's driver, or let this process see the device.";

    /// <summary>Why so many layers cannot be computed on a GPU, and what would be right; null when they can, or none are wanted.</summary>
    /// <param name="layers">Layers asked for; null takes what there is.</param>
    /// <param name="option">Name by which whoever asked knows the number.</param>
    public string? Refusal(int? layers, string option)
    {
        if (layers is not 0 && Misfit is string misfit) return $"{misfit} To compute on the processor, {option} must be 0.";
        if (layers is not > 0 || HasDevice) return null;
        string wrong = Blindness ??
            "The native library brings no GPU kernels: build Kantor with -p:KantorLlamaVariant=cuda or =vulkan, or set " +
            $"{LlamaLibraryFiles.FolderVariable} to a folder with such a library.";
        return $"{option} is {layers}, but there is no GPU. {wrong} To compute on the processor, {option} must be 0 or be left away.";
    }

    /// <summary>
    /// What to say before the processor computes although the library was built for more; null when a GPU does, or the processor was meant.
    /// </summary>
    /// <param name="layers">Layers asked for; null takes what there is, 0 means the processor.</param>
    /// <param name="option">Name by which whoever is told knows the number.</param>
    public string? Warning(int? layers, string option) => layers is null && Blindness is string wrong
        ? $"Computing on the processor. {wrong} {option} 0 says that the processor is meant."
        : null;

    private string Names => string.Join(" and ", Kernels);
}
