using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration;

/// <summary>
/// Data-sheet figures of the devices that profiles are fitted for: memory, memory bandwidth and dense 16-bit matrix rate.
/// </summary>
public static class Devices
{
    private const double Gib = 1L << 30;

    /// <summary>All devices, with no fits yet.</summary>
    public static IReadOnlyList<GpuProfile> All { get; } =
    [
        Device("a100", ["a100_sxm", "NVIDIA A100-SXM4-80GB", "A100-SXM4-80GB"], 80 * Gib, 2039, 312),
        Device("h100", ["h100_sxm", "NVIDIA H100 80GB HBM3"], 80 * Gib, 3350, 989),
        Device("h200", ["h200_sxm", "NVIDIA H200"], 141 * Gib, 4800, 989),
        Device("b200", ["b200_sxm", "NVIDIA B200"], 180 * Gib, 7700, 2250),
        Device("l40s", ["l40s", "NVIDIA L40S"], 45 * Gib, 864, 362),
        Device("rtx-pro-6000", ["RTXPRO6000", "NVIDIA RTX PRO 6000 Blackwell Server Edition"], 95.6 * Gib, 1792, 503.8),
        Device("rtx-4090", ["RTX4090", "NVIDIA GeForce RTX 4090"], 23.99 * Gib, 1008, 165.2),
    ];

    /// <summary>The device of a name or alias.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    public static GpuProfile Find(string name) =>
        All.FirstOrDefault(device => device.Name == name || device.Aliases.Contains(name))
        ?? throw new ArgumentException($"No device is called '{name}'. Known: {string.Join(", ", All.Select(device => device.Name))}.");

    private static GpuProfile Device(string name, string[] aliases, double memoryBytes, double gigabytesPerSecond, double teraflops) =>
        new()
        {
            Name = name,
            Aliases = aliases,
            Origin = "data sheet",
            Licence = "CC0-1.0",
            MemoryBytes = memoryBytes,
            BytesPerUs = gigabytesPerSecond * 1e3,
            FlopsPerUs = teraflops * 1e6,
            Gemm = [],
            PrefillAttention = [],
            DecodeAttention = [],

            // What a norm of a few rows adds inside a captured graph, and two fifths of the memory bandwidth: operators that are not fused
            // move their values twice.
            Elementwise = new ElementwiseFit(1.8, 0.4 * gigabytesPerSecond * 1e3, FitError.Of([])),
            Sampler = new SamplerFit(25, 0.3),
        };
}
