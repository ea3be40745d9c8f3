namespace Kantor.Simulation.Pools;

/// <summary>Host memory for the KV of preempted requests (vLLM's swap_space).</summary>
public sealed record SwapSpace
{
    /// <summary>KV blocks of host memory, per replica, at least 1. When it is full, preemptions recompute.</summary>
    public required int Blocks { get; init; }

    /// <summary>Way to and from host memory. Moving out holds up the step that preempts; moving in holds up only its request.</summary>
    public required KvLink Link { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Blocks, 1);
        Link.Validate();
    }
}
