using Kantor.Hardware.Profiles;

namespace Kantor.Hardware.Models;

/// <summary>One replica: a model on devices, how it is split and stored, and the engine that runs it.</summary>
public sealed record Deployment
{
    /// <summary>The model.</summary>
    public required ModelShape Model { get; init; }

    /// <summary>The device.</summary>
    public required GpuProfile Gpu { get; init; }

    /// <summary>The engine.</summary>
    public required EngineProfile Engine { get; init; }

    /// <summary>Devices that share every attention and dense layer.</summary>
    public int TensorParallel { get; init; } = 1;

    /// <summary>
    /// Groups of <see cref="TensorParallel"/> devices, each with sequences of its own, that step together and share the experts.
    /// </summary>
    public int DataParallel { get; init; } = 1;

    /// <summary>Devices among which whole experts are divided; the rest of the devices divides each expert.</summary>
    public int ExpertParallel { get; init; } = 1;

    /// <summary>Format of the dense weights.</summary>
    public NumberFormat WeightFormat { get; init; } = NumberFormat.Bf16;

    /// <summary>Format of the routed experts; <see cref="WeightFormat"/> when null.</summary>
    public NumberFormat? ExpertFormat { get; init; }

    /// <summary>Format of cached keys and values: <see cref="NumberFormat.Bf16"/> or <see cref="NumberFormat.Fp8"/>.</summary>
    public NumberFormat KvFormat { get; init; } = NumberFormat.Bf16;

    /// <summary>Most tokens of a step; the engine's default when null.</summary>
    public int? StepTokensMax { get; init; }

    /// <summary>Devices of the replica.</summary>
    public int Devices => TensorParallel * DataParallel;

    /// <summary>
    /// The limit of a step that applies. Engines take a quarter of their usual limit by default on devices with less than 70 GiB.
    /// </summary>
    public int StepTokens => StepTokensMax ?? (Gpu.MemoryBytes < 70.0 * (1L << 30) ? Engine.StepTokensMax / 4 : Engine.StepTokensMax);

    /// <summary>Throws when the split is impossible, naming the field.</summary>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public void Validate()
    {
        Model.Validate();
        if (TensorParallel < 1 || DataParallel < 1 || ExpertParallel < 1) throw new ArgumentException("Parallel sizes are at least 1.");
        if (Model.Heads % TensorParallel != 0)
        {
            throw new ArgumentException(
                $"{nameof(TensorParallel)} {TensorParallel} does not divide the {Model.Heads} heads of {Model.Name}.");
        }

        if (ExpertParallel > 1 && Model.Experts == 0) throw new ArgumentException($"{Model.Name} has no experts to divide.");
        if (Devices % ExpertParallel != 0)
        {
            throw new ArgumentException($"{nameof(ExpertParallel)} {ExpertParallel} does not divide the {Devices} devices.");
        }

        if (KvFormat is not (NumberFormat.Bf16 or NumberFormat.Fp8))
        {
            throw new ArgumentException($"{nameof(KvFormat)} is bf16 or fp8, not {KvFormat.Name()}.");
        }

        if (StepTokens < 1) throw new ArgumentException($"{nameof(StepTokensMax)} is at least 1.");
    }
}
