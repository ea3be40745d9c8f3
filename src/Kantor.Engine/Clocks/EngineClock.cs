namespace Kantor.Engine.Clocks;

/// <summary>A <see cref="TimeProvider"/>'s monotonic time in whole microseconds, the unit of everything that the engine measures.</summary>
internal sealed class EngineClock(TimeProvider time)
{
    /// <summary>Microseconds since the provider's own origin; never goes back.</summary>
    public long NowUs
    {
        get
        {
            // Split, because timestamp × 1,000,000 overflows within hours at nanosecond resolution.
            var (seconds, rest) = Math.DivRem(time.GetTimestamp(), time.TimestampFrequency);
            return (seconds * 1_000_000) + (rest * 1_000_000 / time.TimestampFrequency);
        }
    }
}
