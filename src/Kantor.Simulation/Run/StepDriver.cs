using Kantor.Simulation.Events;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Run;

/// <summary>Makes units plan, and ends their steps, by events.</summary>
internal sealed class StepDriver(EventQueue events)
{
    // Events ahead at which no step ends, because a leap was cut or a replica is gone. They must not make the run last longer.
    private int _endsInVain;

    /// <summary>Whether an event lies ahead that requests depend on.</summary>
    public bool AnyPressing => events.CountPressing > _endsInVain;

    /// <summary>
    /// The unit plans at this very moment, after everything else that happens in it; one that is at work plans when its step ends.
    /// </summary>
    public void Wake(IStepUnit unit)
    {
        if (unit.IsAwake || !unit.HasWork) return;
        unit.IsAwake = true;
        events.Schedule(events.NowUs, EventKind.StepStart, unit.Index);
    }

    /// <summary>The unit plans a step and begins it, if it has one.</summary>
    public void Begin(IStepUnit unit)
    {
        unit.IsAwake = false;
        if (!unit.TryBeginStep(events.NowUs, out var endUs))
        {
            if (unit.HeldUntilUs is { } untilUs) events.Schedule(untilUs, EventKind.HoldEnd, unit.Index);
            return;
        }

        unit.IsAwake = true;
        events.Schedule(endUs, EventKind.StepEnd, unit.Index);
        if (unit.BeginsNextUs is { } nextUs) events.Schedule(nextUs, EventKind.StepStart, unit.Index);
    }

    /// <summary>A step of the unit ends now, unless its leap was cut.</summary>
    public void End(IStepUnit unit)
    {
        if (!TryEnd(unit)) _endsInVain--;
    }

    /// <summary>
    /// What arrives joins the step after the one under way, so the leap ends with that one; it may end at this very moment.
    /// </summary>
    public void CutLeap(IStepUnit unit)
    {
        if (!unit.TryCutLeap(events.NowUs, out var endUs)) return;
        _endsInVain++;
        if (endUs == events.NowUs) TryEnd(unit);
        else events.Schedule(endUs, EventKind.StepEnd, unit.Index);
    }

    /// <summary>The unit is gone, and the steps that it has under way never end.</summary>
    public void Stop(IStepUnit unit) => _endsInVain += unit.Stop();

    private bool TryEnd(IStepUnit unit)
    {
        if (!unit.TryEndStep(events.NowUs)) return false;
        Wake(unit);
        return true;
    }
}
