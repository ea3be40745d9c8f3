using Kantor.Core.Batching;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Facts;

/// <summary>A fleet of equal replicas, as bounds see it: each computes one step at a time, of at most so much, and takes so long.</summary>
public sealed record FleetFacts
{
    /// <summary>Replicas, at least 1.</summary>
    public required int Replicas { get; init; }

    /// <summary>Duration of a step. A host may take longer, never less.</summary>
    public required IStepTimeModel StepTime { get; init; }

    /// <summary>What a step may hold.</summary>
    public required BatchLimits Limits { get; init; }

    /// <summary>KV tokens that a replica has room for, at least 1.</summary>
    public required long KvTokens { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A member is out of range.</exception>
    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Replicas, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(KvTokens, 1);
        Limits.Validate();
    }
}
