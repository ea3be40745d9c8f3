namespace Kantor.Simulation.Replicas;

/// <summary>What copies KV from one memory to another, one copy after the other.</summary>
public sealed record KvLink
{
    /// <summary>KV tokens per microsecond, above 0.</summary>
    public required double TokensPerUs { get; init; }

    /// <summary>Microseconds that a copy takes whatever its size, at least 0.</summary>
    public long LatencyUs { get; init; }

    /// <summary>A link of so many bytes per second for KV of so many bytes per token.</summary>
    public static KvLink Of(double bytesPerS, double kvBytesPerToken, long latencyUs = 0) => new() { TokensPerUs = bytesPerS / kvBytesPerToken / 1e6, LatencyUs = latencyUs };

    /// <summary>Microseconds of a copy when nothing else is under way.</summary>
    public long CopyUs(long tokens) => LatencyUs + (long)Math.Ceiling(tokens / TokensPerUs);

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (TokensPerUs is not (> 0 and <= 1e9)) throw new ArgumentOutOfRangeException(nameof(TokensPerUs), TokensPerUs, "KV tokens per microsecond are above 0 and at most 1e9.");
        ArgumentOutOfRangeException.ThrowIfNegative(LatencyUs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LatencyUs, 1_000_000_000);
    }
}

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

/// <summary>Host memory that keeps KV by content behind the pool (offloading). Writing to it costs nothing; reading holds up its request.</summary>
public sealed record HostTier
{
    /// <summary>KV blocks of the tier, at least 1: per replica, or in all when shared.</summary>
    public required int Blocks { get; init; }

    /// <summary>Whether all replicas of the pool read and write one tier.</summary>
    public bool IsShared { get; init; }

    /// <summary>Way from the tier to a replica; every replica has its own.</summary>
    public required KvLink Link { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Blocks, 1);
        Link.Validate();
    }
}
