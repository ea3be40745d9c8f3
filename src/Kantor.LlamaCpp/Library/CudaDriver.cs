using System.Runtime.InteropServices;

namespace Kantor.LlamaCpp.Library;

/// <summary>What NVIDIA's driver says of itself and of the GPUs that this process sees. No kernel is run for it.</summary>
/// <param name="Version">Newest CUDA that the driver knows, as 1000 · major + 10 · minor: 13010 is 13.1.</param>
/// <param name="Devices">The GPUs.</param>
/// <remarks>CUDA driver API: cuDriverGetVersion, cuDeviceGetName, cuDeviceGetAttribute with attributes 75 and 76.</remarks>
public sealed unsafe record CudaDriver(int Version, IReadOnlyList<CudaDevice> Devices)
{
    private const int ComputeCapabilityMajor = 75;
    private const int ComputeCapabilityMinor = 76;
    private const int NameBytes = 256;

    /// <summary>The version as people write it, such as 13.1.</summary>
    public string VersionText => FormattableString.Invariant($"{Version / 1000}.{Version % 1000 / 10}");

    /// <summary>Asks the driver; null when there is none, or it does not answer.</summary>
    public static CudaDriver? TryRead()
    {
        if (!NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint library)) return null;
        int version, count;
        return Function(library, "cuInit") is var init && init != 0 && ((delegate* unmanaged<uint, int>)init)(0) == 0
            && Function(library, "cuDriverGetVersion") is var read && read != 0 && ((delegate* unmanaged<int*, int>)read)(&version) == 0
            && Function(library, "cuDeviceGetCount") is var counts && counts != 0 && ((delegate* unmanaged<int*, int>)counts)(&count) == 0
            ? new CudaDriver(version, ReadDevices(library, count))
            : null;
    }

    private static CudaDevice[] ReadDevices(nint library, int count)
    {
        var (name, attribute) = (Function(library, "cuDeviceGetName"), Function(library, "cuDeviceGetAttribute"));
        if (name == 0 || attribute == 0) return [];
        byte* text = stackalloc byte[NameBytes];
        var devices = new List<CudaDevice>();
        for (int device = 0; device < count; device++)
        {
            int major, minor;
            if (((delegate* unmanaged<byte*, int, int, int>)name)(text, NameBytes, device) != 0) continue;
            if (((delegate* unmanaged<int*, int, int, int>)attribute)(&major, ComputeCapabilityMajor, device) != 0) continue;
            if (((delegate* unmanaged<int*, int, int, int>)attribute)(&minor, ComputeCapabilityMinor, device) != 0) continue;
            devices.Add(new CudaDevice(Marshal.PtrToStringUTF8((nint)text) ?? "unnamed", major, minor));
        }

        return [.. devices];
    }

    private static nint Function(nint library, string name) => NativeLibrary.TryGetExport(library, name, out nint function) ? function : 0;
}

/// <summary>A GPU as NVIDIA's driver knows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Major">First figure of its compute capability: 9 of 9.0.</param>
/// <param name="Minor">Second figure.</param>
public sealed record CudaDevice(string Name, int Major, int Minor)
{
    /// <summary>Name and capability, as in NVIDIA H200 (9.0).</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} ({Major}.{Minor})");
}
