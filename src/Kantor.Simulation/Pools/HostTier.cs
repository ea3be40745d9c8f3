namespace Kantor.Simulation.Pools;

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
