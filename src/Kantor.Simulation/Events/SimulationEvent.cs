namespace Kantor.Simulation.Events;

/// <summary>
/// One thing that happens to one target at one moment. Events go by time, then by kind, then by target; those that are equal in all three
/// are the same to whoever takes them.
/// </summary>
/// <param name="TimeUs">When, in microseconds of virtual time.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Target">What it happens to, a number from 0.</param>
public readonly record struct SimulationEvent(long TimeUs, EventKind Kind, int Target) : IComparable<SimulationEvent>
{
    // Kind before target in one number.
    private long Rank => ((long)Kind << 32) | (uint)Target;

    /// <inheritdoc/>
    public int CompareTo(SimulationEvent other)
    {
        var byTime = TimeUs.CompareTo(other.TimeUs);
        return byTime != 0 ? byTime : Rank.CompareTo(other.Rank);
    }

    /// <summary>Earlier event.</summary>
    public static bool operator <(in SimulationEvent left, in SimulationEvent right) =>
        left.TimeUs < right.TimeUs || (left.TimeUs == right.TimeUs && left.Rank < right.Rank);

    /// <summary>Later event.</summary>
    public static bool operator >(in SimulationEvent left, in SimulationEvent right) => right < left;

    /// <summary>Earlier event, or the same.</summary>
    public static bool operator <=(in SimulationEvent left, in SimulationEvent right) => !(right < left);

    /// <summary>Later event, or the same.</summary>
    public static bool operator >=(in SimulationEvent left, in SimulationEvent right) => !(left < right);
}
