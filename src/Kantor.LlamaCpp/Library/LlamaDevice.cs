namespace Kantor.LlamaCpp.Library;

/// <summary>One compute device that the native library registered.</summary>
/// <param name="Name">Short name, such as CPU or CUDA0.</param>
/// <param name="Description">The device's own description, such as the processor's or GPU's name.</param>
/// <param name="Kind">What it is.</param>
/// <param name="MemoryFreeBytes">Free memory of the device.</param>
/// <param name="MemoryTotalBytes">Whole memory of the device.</param>
public sealed record LlamaDevice(string Name, string Description, LlamaDeviceKind Kind, long MemoryFreeBytes, long MemoryTotalBytes);

/// <summary>Kinds of compute device, in the native library's order.</summary>
public enum LlamaDeviceKind
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A GPU with its own memory.</summary>
    Gpu,

    /// <summary>A GPU that shares the host's memory.</summary>
    IntegratedGpu,

    /// <summary>An accelerator used beside the processor, such as a BLAS library.</summary>
    Accelerator,

    /// <summary>Several devices seen as one.</summary>
    Meta,
}
