namespace Kantor.Simulation.Fleets;

/// <summary>Something that happens to a fleet at a given time, whatever its policies do.</summary>
public abstract record FleetEvent
{
    private protected FleetEvent()
    {
    }

    /// <summary>When, in microseconds of virtual time, at least 0.</summary>
    public required long AtUs { get; init; }

    internal virtual void Validate() => RequireTime(AtUs, nameof(AtUs));

    private protected static void RequireTime(long us, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(us, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(us, 1_000_000_000_000_000, name);
    }

    private protected static void RequireReplica(int replica)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replica);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(replica, FleetOptions.ReplicasEver);
    }
}

/// <summary>
/// A replica fails and with it those that it steps together with: requests, KV and cache are gone. One that starts again is a new replica,
/// with a number of its own.
/// </summary>
public sealed record ReplicaFails : FleetEvent
{
    /// <summary>Number of the replica; the first ones are numbered from 0, those that decode after those that requests arrive at.</summary>
    public required int Replica { get; init; }

    /// <summary>Microseconds until another takes its place, with an empty cache; null when none does.</summary>
    public long? RestartsAfterUs { get; init; }

    internal override void Validate()
    {
        base.Validate();
        RequireReplica(Replica);
        if (RestartsAfterUs is { } us) RequireTime(us, nameof(RestartsAfterUs));
    }
}

/// <summary>A replica, and those that it steps together with, takes no new requests, finishes those that it has, and leaves.</summary>
public sealed record ReplicaDrains : FleetEvent
{
    /// <inheritdoc cref="ReplicaFails.Replica"/>
    public required int Replica { get; init; }

    internal override void Validate()
    {
        base.Validate();
        RequireReplica(Replica);
    }
}

/// <summary>A replica joins with an empty cache; where replicas step together, as many as do so.</summary>
public sealed record ReplicaJoins : FleetEvent
{
    /// <summary>Whether it joins those that decode; only where prefill and decode are apart.</summary>
    public bool Decodes { get; init; }
}
