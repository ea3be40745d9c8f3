namespace Kantor.Simulation.Pools;

/// <summary>How a router hears of each signal of its replicas. Signals of equal freshness are read in one sample.</summary>
public sealed record FleetSignals
{
    /// <summary>Requests that wait.</summary>
    public SignalFreshness Waiting { get; init; } = SignalFreshness.Perfect;

    /// <summary>Requests that run.</summary>
    public SignalFreshness Running { get; init; } = SignalFreshness.Perfect;

    /// <summary>KV blocks that live requests reference.</summary>
    public SignalFreshness KvUsed { get; init; } = SignalFreshness.Perfect;

    /// <summary>Seed of the jitter; every replica and sample has its own stream.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether all signals are the state of this very moment.</summary>
    public bool IsPerfect => Waiting.IsPerfect && Running.IsPerfect && KvUsed.IsPerfect;

    /// <summary>All signals alike.</summary>
    public static FleetSignals All(SignalFreshness freshness) => new() { Waiting = freshness, Running = freshness, KvUsed = freshness };

    internal void Validate()
    {
        Waiting.Validate();
        Running.Validate();
        KvUsed.Validate();
    }
}
