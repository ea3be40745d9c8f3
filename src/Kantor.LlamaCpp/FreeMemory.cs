using System.Globalization;
using Kantor.LlamaCpp.Library;

namespace Kantor.LlamaCpp;

/// <summary>How much memory this process may still take.</summary>
internal static class FreeMemory
{
    private const string LinuxFile = "/proc/meminfo";
    private const string LinuxLine = "MemAvailable:";

    /// <summary>Bytes of host memory: what the system can give without swapping, within the limit of the container.</summary>
    public static long HostBytes()
    {
        long limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes - Environment.WorkingSet;
        return Math.Min(limit, AvailableOnLinux() ?? long.MaxValue);
    }

    /// <summary>Bytes of all GPUs together.</summary>
    public static long GpuBytes(IReadOnlyList<LlamaDevice> devices) =>
        devices.Where(device => device.Kind is LlamaDeviceKind.Gpu or LlamaDeviceKind.IntegratedGpu).Sum(device => device.MemoryFreeBytes);

    private static long? AvailableOnLinux()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(LinuxFile)) return null;
        string? line = File.ReadLines(LinuxFile).FirstOrDefault(each => each.StartsWith(LinuxLine, StringComparison.Ordinal));
        string[] parts = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (parts.Length < 2) return null;
        return long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long kiB) ? kiB << 10 : null;
    }
}
