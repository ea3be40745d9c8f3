using Kantor.Core.Kv;

namespace Kantor.Simulation.Pools;

/// <summary>
/// A place behind the pools of replicas that keeps KV by content (offloading). Writing to it costs nothing; reading holds up its request.
/// </summary>
public sealed record PoolTier
{
    /// <summary>The place: its size counts per replica, or in all when shared, and its way is every replica's own.</summary>
    public required KvPlace Place { get; init; }

    /// <summary>Whether all replicas of the pool read and write one tier.</summary>
    public bool IsShared { get; init; }
}
