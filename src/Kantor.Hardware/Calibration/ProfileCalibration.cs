using Kantor.Hardware.Calibration.Fitting;
using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Calibration;

/// <summary>Makes GPU profiles from measured tables: what <c>kantor calibrate profile</c> does.</summary>
public static class ProfileCalibration
{
    /// <summary>
    /// The profile of a device from a folder of per-operator tables (AIConfigurator) or per-layer tables (LLMServingSim), told apart by
    /// their names.
    /// </summary>
    /// <param name="folder">Folder of the tables.</param>
    /// <param name="device">Name or alias of a device in <see cref="Devices"/>.</param>
    /// <param name="collectives">Profile whose collectives are taken when the tables have none; null to have none then.</param>
    /// <exception cref="ArgumentException">The device is unknown.</exception>
    /// <exception cref="FormatException">The folder holds no table, or a malformed one.</exception>
    public static GpuProfile Fit(string folder, string device, GpuProfile? collectives = null)
    {
        var known = Devices.Find(device);
        if (!Directory.Exists(folder)) throw new FormatException($"{folder} is not a folder.");
        var isOperators = Directory.EnumerateFiles(folder, "gemm_perf*").Any();
        var profile = isOperators
            ? OperatorTables.Fit(
                folder, known with { Origin = "ai-dynamo/aiconfigurator, operators measured in vLLM", Licence = "Apache-2.0" })
            : LayerTables.Fit(folder, known with { Origin = "casys-kaist/LLMServingSim, layers measured in vLLM 0.19", Licence = "MIT" });
        if (profile.AllReduce.Count > 0 || collectives is null) return profile;
        return profile with
        {
            AllReduce = collectives.AllReduce,
            GatherScatter = collectives.GatherScatter,
            Origin = $"{profile.Origin}; collectives of {collectives.Name} ({collectives.Licence})",
        };
    }
}
