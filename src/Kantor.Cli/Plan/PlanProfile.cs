using System.Globalization;
using Kantor.Core.StepTime;
using Kantor.Hardware.Composition;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;

namespace Kantor.Cli.Plan;

/// <summary>
/// What a planner knows of a profile beyond its step times: how many of which GPU it takes, and what KV it can exchange with whom.
/// </summary>
/// <param name="Profile">The profile.</param>
/// <param name="Gpu">Name of its GPU, by which prices are given.</param>
/// <param name="Gpus">GPUs of a replica.</param>
/// <param name="Model">Model and formats; replicas of equal ones may exchange KV. Null when the shape of the model is not known.</param>
/// <param name="KvBytesPerToken">Bytes of KV of a token, over all GPUs; null when the shape of the model is not known.</param>
internal sealed record PlanProfile(StepTimeProfile Profile, string Gpu, int Gpus, string? Model, double? KvBytesPerToken)
{
    /// <summary>By the name under which the profile was given.</summary>
    public static PlanProfile Of(string typed, StepTimeProfile profile)
    {
        if (typed.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return new PlanProfile(profile, profile.Name, 1, null, null);
        if (!typed.Contains('@', StringComparison.Ordinal)) return OfPreset(profile);
        var deployment = DeploymentName.Parse(typed);
        var model = string.Create(
            CultureInfo.InvariantCulture, $"{deployment.Model.Name}:{deployment.WeightFormat.Name()}/{deployment.KvFormat.Name()}");
        return new PlanProfile(
            profile, deployment.Gpu.Name, deployment.Devices, model, KvCapacity.BytesPerToken(deployment with { TensorParallel = 1 }));
    }

    /// <summary>Presets are named MODEL-GPU or MODEL-GPU-tpN, and hold KV in 16 bits.</summary>
    private static PlanProfile OfPreset(StepTimeProfile profile)
    {
        var parts = profile.Name.Split('-');
        var gpus = parts[^1].StartsWith("tp", StringComparison.Ordinal)
            ? int.Parse(parts[^1].AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture)
            : 1;
        var gpu = parts[^1].StartsWith("tp", StringComparison.Ordinal) ? parts[^2] : parts[^1];
        var shape = ModelPresets.TryMatch(profile.Name);
        return new PlanProfile(
            profile, gpu, gpus, shape?.Name, shape is null ? null : KvCapacity.BytesPerToken(DeploymentName.Parse(shape.Name + "@a100")));
    }
}
