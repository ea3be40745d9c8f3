namespace Kantor.Engine.Clocks;

/// <summary>
/// Time that passes only when told to, in microseconds. Thread-safe. Its timers are the system's: nothing in the engine uses them.
/// </summary>
public sealed class VirtualClock : TimeProvider
{
    private long _nowUs;

    /// <summary>Microseconds since the clock was made.</summary>
    public long NowUs => Volatile.Read(ref _nowUs);

    /// <inheritdoc/>
    public override long TimestampFrequency => 1_000_000;

    /// <inheritdoc/>
    public override long GetTimestamp() => NowUs;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMicroseconds(NowUs);

    /// <summary>Lets time pass.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative.</exception>
    public void Advance(long us)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(us);
        Interlocked.Add(ref _nowUs, us);
    }
}
