namespace Kantor.Simulation.Pools;

/// <summary>
/// How a router hears of one signal of a replica: sampled every so often, told a while later. The default is the state of this very moment.
/// </summary>
public sealed record SignalFreshness
{
    /// <summary>The state of this very moment.</summary>
    public static SignalFreshness Perfect { get; } = new();

    /// <summary>Microseconds between samples, at most an hour; 0 for the state of this very moment, which needs nothing else.</summary>
    public long PeriodUs { get; init; }

    /// <summary>
    /// Each time between two samples is drawn evenly from <see cref="PeriodUs"/> plus or minus this; below <see cref="PeriodUs"/>.
    /// </summary>
    public long JitterUs { get; init; }

    /// <summary>Microseconds from a sample to the router, at most a thousand times <see cref="PeriodUs"/>.</summary>
    public long DelayUs { get; init; }

    /// <summary>
    /// Whether the router corrects the sample by what it knows itself: it adds what it has sent to the replica since and takes off what has
    /// ended there since. Of KV it knows the blocks of the prompts, neither what is generated nor what is shared.
    /// </summary>
    public bool CountsOwn { get; init; }

    /// <summary>Whether this is the state of this very moment.</summary>
    public bool IsPerfect => PeriodUs == 0;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(PeriodUs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PeriodUs, 3_600_000_000);
        ArgumentOutOfRangeException.ThrowIfNegative(JitterUs);
        ArgumentOutOfRangeException.ThrowIfNegative(DelayUs);
        if (IsPerfect && this != Perfect)
        {
            throw new ArgumentOutOfRangeException(
                nameof(PeriodUs), PeriodUs, "Without a period there is no jitter, no delay and nothing to correct.");
        }

        if (IsPerfect) return;
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(JitterUs, PeriodUs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DelayUs, 1000 * PeriodUs);
    }
}
