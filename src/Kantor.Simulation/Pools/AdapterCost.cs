using Kantor.Core.Batching;

namespace Kantor.Simulation.Pools;

/// <summary>
/// Adapters (LoRA) on the devices of a replica. As many as may run at once (<see cref="BatchLimits.AdaptersMax"/>) have a slot; one that is
/// not there is copied in before the step that needs it, in place of the least recently used one that the step does not need.
/// </summary>
public sealed record AdapterCost
{
    /// <summary>Microseconds of a copy, which holds up the step; at least 0.</summary>
    public required double LoadUs { get; init; }

    /// <summary>Time of a step in which an adapter runs, relative to one of the base model alone; at least 1.</summary>
    public double StepFactor { get; init; } = 1;

    internal void Validate()
    {
        if (LoadUs is not (>= 0 and < 1e12))
        {
            throw new ArgumentOutOfRangeException(nameof(LoadUs), LoadUs, "Microseconds of a load are 0 to 1e12.");
        }

        if (StepFactor is not (>= 1 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(StepFactor), StepFactor, "A step with adapters takes 1 to 100 times as long.");
        }
    }
}
