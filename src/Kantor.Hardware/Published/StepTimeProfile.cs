using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Hardware.Published;

/// <summary>A model on a machine, by name: how long its steps take and what it is usually given.</summary>
public sealed record StepTimeProfile
{
    /// <summary>Name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>Where the figures come from, in one line.</summary>
    public required string Origin { get; init; }

    /// <summary>Step durations.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>KV tokens that fit, unless the host says otherwise.</summary>
    public required int KvTokens { get; init; }

    /// <summary>Limits of a step, unless the host says otherwise.</summary>
    public required BatchLimits Limits { get; init; }
}
