namespace Kantor.Simulation.Events;

/// <summary>
/// The future, and the clock that it drives: taking the next event moves time to it. Time is in whole microseconds from 0.
/// </summary>
/// <remarks>
/// A heap in which every event lies before its <see cref="Children"/>: half as deep as one of two, and the children that are compared lie
/// together.
/// </remarks>
public sealed class EventQueue
{
    private const int Children = 4;

    private readonly int[] _ahead = new int[Enum.GetValues<EventKind>().Length];
    private SimulationEvent[] _future = new SimulationEvent[64];

    /// <summary>The virtual time: that of the event taken last.</summary>
    public long NowUs { get; private set; }

    /// <summary>Events that lie ahead.</summary>
    public int Count { get; private set; }

    /// <summary>Events that lie ahead and that requests depend on: all but those that only accompany the run.</summary>
    public int CountPressing { get; private set; }

    /// <summary>Events of a kind that lie ahead.</summary>
    public int CountOf(EventKind kind) => _ahead[(int)kind];

    /// <summary>When the next event happens; null when nothing is left.</summary>
    public long? NextUs => Count > 0 ? _future[0].TimeUs : null;

    /// <summary>Puts an event into the future; the present counts as future.</summary>
    /// <exception cref="InvalidOperationException">The event lies in the past, which is an error of the caller.</exception>
    public void Schedule(long timeUs, EventKind kind, int target)
    {
        if (timeUs < NowUs)
        {
            throw new InvalidOperationException($"{kind} of {target} is scheduled for {timeUs} us, before now ({NowUs} us).");
        }

        _ahead[(int)kind]++;
        if (!IsAccompanying(kind)) CountPressing++;
        if (Count == _future.Length) Array.Resize(ref _future, 2 * Count);
        Rise(Count++, new SimulationEvent(timeUs, kind, target));
    }

    /// <summary>Takes the next event and moves the clock to it; false when nothing is left.</summary>
    public bool TryNext(out SimulationEvent next)
    {
        next = default;
        if (Count == 0) return false;
        next = _future[0];
        if (--Count > 0) Sink(_future[Count]);
        _ahead[(int)next.Kind]--;
        if (!IsAccompanying(next.Kind)) CountPressing--;
        NowUs = next.TimeUs;
        return true;
    }

    /// <summary>Puts an event where the place is free, or above it as far as it is earlier.</summary>
    private void Rise(int place, in SimulationEvent rising)
    {
        while (place > 0 && rising < _future[(place - 1) / Children])
        {
            _future[place] = _future[(place - 1) / Children];
            place = (place - 1) / Children;
        }

        _future[place] = rising;
    }

    /// <summary>Puts an event at the top, or below it as far as others are earlier.</summary>
    private void Sink(in SimulationEvent sinking)
    {
        var place = 0;
        for (var child = 1; child < Count; child = (Children * place) + 1)
        {
            var earliest = Earliest(child, Math.Min(child + Children, Count));
            if (!(_future[earliest] < sinking)) break;
            _future[place] = _future[earliest];
            place = earliest;
        }

        _future[place] = sinking;
    }

    private int Earliest(int from, int to)
    {
        var earliest = from;
        for (var place = from + 1; place < to; place++)
        {
            if (_future[place] < _future[earliest]) earliest = place;
        }

        return earliest;
    }

    private static bool IsAccompanying(EventKind kind) =>
        kind is EventKind.Joining or EventKind.FleetChange or EventKind.Scaling or EventKind.Sample;
}
