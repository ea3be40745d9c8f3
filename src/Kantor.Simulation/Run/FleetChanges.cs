using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;

namespace Kantor.Simulation.Run;

/// <summary>Replicas that join, fail, drain and are scaled, and what becomes of the requests that they had.</summary>
internal sealed class FleetChanges(FleetOptions options, FleetParts fleet, Placement placement)
{
    private readonly List<ScaledGroup> _scaled = [];
    private FleetTotals _totals = new();
    private int _draining;

    private EventQueue Events => placement.Events;

    private FleetDoor Door => placement.Door;

    /// <summary>Whether somebody may yet take a request that waits outside.</summary>
    public bool MaySomeoneJoin =>
        Events.CountOf(EventKind.Joining) + Events.CountOf(EventKind.FleetChange) > 0
            || _scaled.Exists(scaled => Door.HasFor(scaled.Group));

    /// <summary>Samples and evaluations begin with the first arrival, because before it there is nothing to hear.</summary>
    public void Begin()
    {
        if (Events.NextUs is not { } firstUs) return;
        for (var feed = 0; feed < fleet.Feeds.Count; feed++) Events.Schedule(firstUs, EventKind.Sample, feed);
        for (var change = 0; change < options.Events.Count; change++)
        {
            Events.Schedule(options.Events[change].AtUs, EventKind.FleetChange, change);
        }

        BeginScaling(placement.Entry, firstUs);
        BeginScaling(placement.Decode, firstUs);
        NoteSize();
    }

    /// <summary>A sample of a replica is taken, and the next one is due later.</summary>
    public void Sample(int feed)
    {
        if (!fleet.Feeds[feed].Replica.IsGone) Events.Schedule(fleet.Feeds[feed].Take(Events.NowUs), EventKind.Sample, feed);
    }

    /// <summary>A unit that was asked for takes requests, unless it was given up.</summary>
    public void Join(FleetUnit unit)
    {
        if (unit.State != FleetUnitState.Starting) return;
        foreach (var feed in unit.Group.Join(unit, Events.NowUs)) Events.Schedule(Events.NowUs, EventKind.Sample, feed);
        _totals = _totals with { Joined = _totals.Joined + unit.Replicas.Count };
        NoteSize();
        foreach (var waiting in Door.TakeOut(unit.Group)) placement.Place(waiting.Spec, waiting.GeneratedTokens);
    }

    /// <summary>What the options say happens now.</summary>
    public void Change(int number)
    {
        switch (options.Events[number])
        {
            case ReplicaJoins joins: Ask(joins.Decodes ? placement.Decode! : placement.Entry, afterUs: 0); break;
            case ReplicaFails fails when fleet.UnitOf(fails.Replica) is { } unit: Fail(unit, fails.RestartsAfterUs); break;
            case ReplicaDrains drains when fleet.UnitOf(drains.Replica) is { } unit: Drain(unit); break;
            default: _totals = _totals with { EventsWithoutReplica = _totals.EventsWithoutReplica + 1 }; break;
        }
    }

    /// <summary>The size of a group is decided anew.</summary>
    public void Scale(int number)
    {
        var scaled = _scaled[number];
        var more = scaled.UnitsMore(Door.CountFor(scaled.Group), Events.NowUs);
        for (var unit = 0; unit < more; unit++) Ask(scaled.Group, scaled.Options.StartupUs);
        if (more < 0)
        {
            foreach (var unit in scaled.Surplus(-more, Events.NowUs))
            {
                if (unit.State == FleetUnitState.Starting) unit.Go(Events.NowUs);
                else Drain(unit);
            }
        }

        Events.Schedule(Events.NowUs + scaled.Options.PeriodUs, EventKind.Scaling, number);
    }

    /// <summary>What drains leaves as soon as it has no request.</summary>
    public void LeaveIdle()
    {
        if (_draining == 0) return;
        foreach (var unit in fleet.FleetUnits)
        {
            if (unit.State != FleetUnitState.Draining || !unit.IsIdle) continue;
            Remove(unit);
            _totals = _totals with { Left = _totals.Left + unit.Replicas.Count };
        }
    }

    /// <summary>What the run needed of its fleet between these moments.</summary>
    public FleetTotals Conclude((long FromUs, long ToUs) span)
    {
        var replicaUs = fleet.FleetUnits.Sum(unit =>
            unit.Pool.LockstepReplicas * Math.Max(0, Math.Min(unit.GoneUs ?? span.ToUs, span.ToUs) - Math.Max(unit.AskedUs, span.FromUs)));
        return _totals with { ReplicaUs = replicaUs, WaitedOutside = Door.Waited };
    }

    private void BeginScaling(ReplicaGroup? group, long firstUs)
    {
        if (group?.Pool.Scaling is not { } scaling) return;
        Events.Schedule(firstUs, EventKind.Scaling, _scaled.Count);
        _scaled.Add(new ScaledGroup(group, scaling, fleet));
    }

    private void Ask(ReplicaGroup group, long afterUs, ReplicaPool? pool = null) =>
        Events.Schedule(checked(Events.NowUs + afterUs), EventKind.Joining, group.Ask(Events.NowUs, pool).Index);

    private void Drain(FleetUnit unit)
    {
        if (unit.State != FleetUnitState.Taking) return;
        unit.Group.StopTaking(unit, Events.NowUs);
        unit.Drain();
        _draining++;
    }

    private void Remove(FleetUnit unit)
    {
        if (unit.State == FleetUnitState.Draining) _draining--;
        unit.Group.StopTaking(unit, Events.NowUs);
        unit.Go(Events.NowUs);
        fleet.Present.RemoveAll(replica => replica.IsGone);
        placement.Steps.Stop(unit.Steps);
    }

    private void Fail(FleetUnit unit, long? restartsAfterUs)
    {
        placement.Steps.CutLeap(unit.Steps);
        Remove(unit);
        _totals = _totals with { Failed = _totals.Failed + unit.Replicas.Count };
        if (restartsAfterUs is { } afterUs) Ask(unit.Group, afterUs, unit.Pool);
        foreach (var replica in unit.Replicas) placement.Fetching.GiveUpTo(replica);
        foreach (var (spec, generatedTokens) in unit.Replicas.SelectMany(replica => replica.LoseAll()).OrderBy(lost => lost.Spec.Id.Value))
        {
            if (placement.Fetching.KeptFor(spec.Id) is { Replica.IsGone: true } kept) LoseKept(spec.Id, kept.Place);
            else HandOn(spec, generatedTokens);
        }
    }

    private void HandOn(RequestSpec spec, int generatedTokens)
    {
        var request = AttemptId.RequestOf(spec.Id.Value);
        placement.Clients.PlacedAt(request, null);
        if (options.LostRequests == LostRequests.Fail)
        {
            placement.End(request, RequestOutcome.BackendFailed);
            return;
        }

        _totals = _totals with { HandedOn = _totals.HandedOn + 1 };
        placement.Place(spec, generatedTokens);
    }

    /// <summary>
    /// The request goes on where it is, and computes what it was to pull; one that has no replica begins anew with its prompt.
    /// </summary>
    private void LoseKept(RequestId attempt, KvPlace place)
    {
        placement.Fetching.LoseKept(attempt);
        if (placement.Clients.PlaceOf(AttemptId.RequestOf(attempt.Value)) is { } at) placement.Fetching.GoOnWithout(attempt, place, at);
        else if (Door.TryTakeOut(attempt, out var waiting)) placement.Place(waiting.Spec, waiting.GeneratedTokens);
    }

    private void NoteSize() =>
        _totals =
            _totals with { TakingMax = Math.Max(_totals.TakingMax, placement.Entry.TakingCount + (placement.Decode?.TakingCount ?? 0)) };
}
