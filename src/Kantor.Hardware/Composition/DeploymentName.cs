using System.Globalization;
using Kantor.Core.Batching;
using Kantor.Core.StepTime;
using Kantor.Hardware.Models;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;

namespace Kantor.Hardware.Composition;

/// <summary>
/// Deployments by name, <c>MODEL@GPU[xDEVICES][:WEIGHTS[/KV]]</c>: a preset model on tensor-parallel devices of a profile, such as
/// <c>llama-3.1-8b@h100</c> or <c>llama-3.1-70b@h200x4:fp8/fp8</c>. Weights and KV are bf16 unless said otherwise; the engine is vLLM.
/// </summary>
public static class DeploymentName
{
    /// <summary>The form of a name.</summary>
    public const string Form = "MODEL@GPU[xDEVICES][:WEIGHTS[/KV]]";

    // vLLM's default of max_num_seqs.
    private const int RunningMax = 256;

    /// <summary>The deployment of a name.</summary>
    /// <exception cref="FormatException">The name is malformed, or names a model, device or format that is not known.</exception>
    public static Deployment Parse(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0) throw new FormatException($"'{name}' is not of the form {Form}.");
        var (machine, formats) = Split(name[(at + 1)..], ':');
        var (gpu, devices) = Devices(machine);
        var (weights, kv) = Split(formats ?? NumberFormat.Bf16.Name(), '/');
        try
        {
            var deployment = new Deployment
            {
                Model = ModelPresets.Find(name[..at]),
                Gpu = gpu,
                Engine = EngineProfiles.Vllm,
                TensorParallel = devices,
                WeightFormat = NumberFormats.Parse(weights),
                KvFormat = NumberFormats.Parse(kv ?? NumberFormat.Bf16.Name()),
            };
            deployment.Validate();
            return deployment;
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>What a simulation needs of a name: step times, the KV that fits, and the engine's limits.</summary>
    /// <exception cref="FormatException">As for <see cref="Parse"/>; or the model does not fit, or the device lacks a table for
    /// it.</exception>
    public static StepTimeProfile Profile(string name)
    {
        var deployment = Parse(name);
        try
        {
            return new StepTimeProfile
            {
                Name = name,
                Origin = $"composed from {deployment.Gpu.Origin} ({deployment.Gpu.Licence})",
                StepTime = StepTimeComposer.Compose(deployment),
                KvTokens = (int)Math.Min(int.MaxValue, KvCapacity.Tokens(deployment)),
                Limits = new BatchLimits { StepTokensMax = deployment.StepTokens, RunningMax = RunningMax },
            };
        }
        catch (ArgumentException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    /// <summary>The longest device name that fits wins, so that a device may have an x in its own name.</summary>
    private static (GpuProfile Gpu, int Devices) Devices(string machine)
    {
        if (GpuProfiles.TryFind(machine) is { } alone) return (alone, 1);
        var last = machine.LastIndexOf('x');
        if (last > 0 && GpuProfiles.TryFind(machine[..last]) is { } gpu
            && int.TryParse(machine[(last + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var devices)
            && devices is >= 1 and <= 72)
        {
            return (gpu, devices);
        }

        throw new FormatException(
            $"'{machine}' is no device, nor a device, an x and their number; devices are {string.Join(", ", GpuProfiles.Names)}.");
    }

    private static (string Left, string? Right) Split(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }
}
