namespace Kantor.LlamaCpp.Library;

/// <summary>
/// The CUDA kernels of the npm package of the pinned release: machine code for compute capabilities 8.6, 8.9, 12.0 and 12.1, and for all
/// others PTX of CUDA 13.1, which only a driver of that CUDA or a later one can translate (seen: error 222 on an H200 under 13.0).
/// </summary>
internal static class CudaKernels
{
    // Machine code of CUDA 13 runs on every driver of CUDA 13.
    private const int DriverForMachineCode = 13_000;
    private const int DriverForPtx = 13_010;

    private static readonly (int Major, int Minor)[] MachineCode = [(8, 6), (8, 9), (12, 0), (12, 1)];

    /// <summary>What is wrong, and the ways out, when a GPU cannot run the kernels; null when all can.</summary>
    public static string? Misfit(CudaDriver driver)
    {
        CudaDevice[] misfits = [.. driver.Devices.Where(device => !Runs(device, driver.Version))];
        if (misfits.Length == 0) return null;
        string hidden = misfits.Length < driver.Devices.Count ? ", hide it from this process (CUDA_VISIBLE_DEVICES)" : "";
        string names = string.Join(" and ", misfits.Select(each => each.ToString()));
        string needed = misfits.All(HasMachineCode) ? "13.0" : "13.1";
        return $"The package's CUDA kernels cannot run on {names}: for it the driver would have to know CUDA {needed} and it knows "
            + $"{driver.VersionText}. Build Kantor with -p:KantorLlamaVariant=vulkan, whose kernels run there, or update the "
            + $"driver{hidden}, or set {LlamaLibraryFiles.FolderVariable} to libraries that were compiled for this GPU.";
    }

    private static bool Runs(CudaDevice device, int driver) =>
        driver >= DriverForPtx || (driver >= DriverForMachineCode && HasMachineCode(device));

    /// <summary>Machine code runs on its own capability and on later ones with the same first figure.</summary>
    private static bool HasMachineCode(CudaDevice device) =>
        Array.Exists(MachineCode, code => code.Major == device.Major && code.Minor <= device.Minor);
}
