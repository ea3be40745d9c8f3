namespace Kantor.Simulation.Events;

/// <summary>
/// What happens; also the order among events of the same microsecond: steps and copies end, clients give up, replicas join, fail and drain,
/// fleets are scaled, samples are taken, clients send, requests arrive, then steps begin.
/// </summary>
/// <remarks>So whatever arrives at the moment at which a step begins can be part of it.</remarks>
public enum EventKind
{
    /// <summary>A step is done; the target is the unit that steps.</summary>
    StepEnd,

    /// <summary>KV has been copied; the target is the copy.</summary>
    CopyEnd,

    /// <summary>A client may lose patience; the target is its request.</summary>
    Timeout,

    /// <summary>A unit that was asked for takes requests; the target is the unit of the fleet. Accompanies the run and does not keep it going.</summary>
    Joining,

    /// <summary>A replica fails, drains or is asked for; the target is the event in the options. Accompanies the run.</summary>
    FleetChange,

    /// <summary>The size of a fleet is decided anew; the target is the scaled group. Accompanies the run.</summary>
    Scaling,

    /// <summary>A router's sample of a replica is taken; the target is the feed. Accompanies the run.</summary>
    Sample,

    /// <summary>A client sends a request; the target is the request.</summary>
    Sending,

    /// <summary>A request that was on its way reaches the fleet; the target is the request.</summary>
    Arrival,

    /// <summary>A unit plans its next step; the target is the unit.</summary>
    StepStart,
}

/// <summary>Total order of events: time, then kind, then target, then the order in which they were scheduled.</summary>
/// <remarks>Leaping schedules ends of steps at other moments than stepping does, so that order comes last.</remarks>
public readonly record struct EventKey(long TimeUs, EventKind Kind, int Target, long Sequence) : IComparable<EventKey>
{
    /// <inheritdoc/>
    public int CompareTo(EventKey other)
    {
        var byTime = TimeUs.CompareTo(other.TimeUs);
        if (byTime != 0) return byTime;
        var byKind = Kind.CompareTo(other.Kind);
        if (byKind != 0) return byKind;
        var byTarget = Target.CompareTo(other.Target);
        return byTarget != 0 ? byTarget : Sequence.CompareTo(other.Sequence);
    }

    /// <summary>Earlier event.</summary>
    public static bool operator <(EventKey left, EventKey right) => left.CompareTo(right) < 0;

    /// <summary>Later event.</summary>
    public static bool operator >(EventKey left, EventKey right) => left.CompareTo(right) > 0;

    /// <summary>Earlier event, or the same.</summary>
    public static bool operator <=(EventKey left, EventKey right) => left.CompareTo(right) <= 0;

    /// <summary>Later event, or the same.</summary>
    public static bool operator >=(EventKey left, EventKey right) => left.CompareTo(right) >= 0;
}

/// <summary>One thing that happens to one target at one moment.</summary>
public readonly record struct SimulationEvent(long TimeUs, EventKind Kind, int Target);

/// <summary>The future, and the clock that it drives: taking the next event moves time to it. Time is in whole microseconds from 0.</summary>
public sealed class EventQueue
{
    private readonly PriorityQueue<SimulationEvent, EventKey> _future = new();
    private readonly int[] _ahead = new int[Enum.GetValues<EventKind>().Length];
    private long _sequence;

    /// <summary>The virtual time: that of the event taken last.</summary>
    public long NowUs { get; private set; }

    /// <summary>Events that lie ahead.</summary>
    public int Count => _future.Count;

    /// <summary>Events that lie ahead and that requests depend on: all but those that only accompany the run.</summary>
    public int CountPressing { get; private set; }

    /// <summary>Events of a kind that lie ahead.</summary>
    public int CountOf(EventKind kind) => _ahead[(int)kind];

    /// <summary>When the next event happens; null when nothing is left.</summary>
    public long? NextUs => _future.TryPeek(out var next, out _) ? next.TimeUs : null;

    /// <summary>Puts an event into the future; the present counts as future.</summary>
    /// <exception cref="InvalidOperationException">The event lies in the past, which is an error of the caller.</exception>
    public void Schedule(long timeUs, EventKind kind, int target)
    {
        if (timeUs < NowUs) throw new InvalidOperationException($"{kind} of {target} is scheduled for {timeUs} us, before now ({NowUs} us).");
        _ahead[(int)kind]++;
        if (!IsAccompanying(kind)) CountPressing++;
        _future.Enqueue(new SimulationEvent(timeUs, kind, target), new EventKey(timeUs, kind, target, _sequence++));
    }

    /// <summary>Takes the next event and moves the clock to it; false when nothing is left.</summary>
    public bool TryNext(out SimulationEvent next)
    {
        if (!_future.TryDequeue(out next, out _)) return false;
        _ahead[(int)next.Kind]--;
        if (!IsAccompanying(next.Kind)) CountPressing--;
        NowUs = next.TimeUs;
        return true;
    }

    private static bool IsAccompanying(EventKind kind) => kind is EventKind.Joining or EventKind.FleetChange or EventKind.Scaling or EventKind.Sample;
}
