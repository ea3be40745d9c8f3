using Kantor.Core.Admission;
using Kantor.Simulation.Replicas;
using Kantor.Core.Kv;
using Kantor.Core.Decisions;
using Kantor.Core.Routing;
using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation;

/// <content>Replicas that join, fail, drain and are scaled; requests that lost theirs or have none.</content>
public sealed partial class Simulator
{
    private readonly FleetDoor _door = new();
    private readonly List<ScaledGroup> _scaled = [];
    private readonly Dictionary<long, SimulatedReplica> _promised = [];
    private readonly Dictionary<long, long> _heldSinceUs = [];
    private FleetTotals _fleetTotals = new();
    private int _draining;

    // Events ahead at which no step ends, because a leap was cut or a replica is gone. They must not make the run last longer.
    private int _endsInVain;

    /// <summary>Samples and evaluations begin with the first arrival, because before it there is nothing to hear.</summary>
    private void BeginFleet()
    {
        if (_events.NextUs is not { } firstUs) return;
        for (var feed = 0; feed < _fleet.Feeds.Count; feed++) _events.Schedule(firstUs, EventKind.Sample, feed);
        for (var change = 0; change < _options.Fleet.Events.Count; change++) _events.Schedule(_options.Fleet.Events[change].AtUs, EventKind.FleetChange, change);
        if (_options.Scaling is { } scaling) _scaled.Add(new ScaledGroup(_entry, scaling, _fleet));
        if (_options.Decode?.Scaling is { } decodeScaling) _scaled.Add(new ScaledGroup(_decode!, decodeScaling, _fleet));
        for (var group = 0; group < _scaled.Count; group++) _events.Schedule(firstUs, EventKind.Scaling, group);
        NoteSize();
    }

    /// <summary>Whether a request may still come, or one waits for a replica that may come. What only accompanies the run does not keep it going.</summary>
    private bool IsUnderWay()
    {
        if (!_clients.AnyOpen) return false;
        if (_events.CountPressing > _endsInVain) return true;
        if (_door.Count == 0) return false;
        var maySomeoneJoin = _events.CountOf(EventKind.Joining) + _events.CountOf(EventKind.FleetChange) > 0 || _scaled.Exists(scaled => _door.HasFor(scaled.Group));
        if (!maySomeoneJoin) CloseDoor();
        return _events.CountPressing > _endsInVain || _door.Count > 0;
    }

    private void CloseDoor()
    {
        foreach (var waiting in _door.TakeOut()) Ended(AttemptId.RequestOf(waiting.Spec.Id.Value), RequestOutcome.ShutDown);
    }

    private void Sample(int feed)
    {
        if (!_fleet.Feeds[feed].Replica.IsGone) _events.Schedule(_fleet.Feeds[feed].Take(_events.NowUs), EventKind.Sample, feed);
    }

    /// <summary>The request goes to a replica, or waits until one takes requests; where KV of its prompt is kept, to one that pulls it from there.</summary>
    private void Place(RequestSpec spec, int generatedTokens)
    {
        var kept = _copies.KeptFor(spec.Id.Value);
        if (kept is { Decode: { } promised } && _decode!.Takes(promised))
        {
            Give(promised, spec, new Handover(generatedTokens, kept.Value.Tokens));
            return;
        }

        var group = kept is null || _decode is null ? _entry : _decode;
        if (group.Route(spec, _door.Count, _events.NowUs) is not { } routed) _door.Wait(new WaitingOutside(group, spec, generatedTokens));
        else if (routed.HoldUntilUs is { } untilUs) Hold(group, spec, generatedTokens, untilUs);
        else Send(routed, group, spec, new Handover(generatedTokens, kept?.Tokens ?? 0));
    }

    /// <summary>A request that reaches the fleet for the first time is let in, held, shortened or refused.</summary>
    private void Admit(RequestSpec spec)
    {
        var request = AttemptId.RequestOf(spec.Id.Value);
        var verdict = _admission.Judge(spec, _door.Count, _events.NowUs);
        if (verdict.Reason is { } reason) Ended(request, Refusals.OutcomeOf(reason));
        else if (verdict.AskAgainUs is { } untilUs) Hold(_entry, spec, 0, untilUs, isLetIn: false);
        else if (verdict.OutputTokensMax is { } tokens)
        {
            _recorder.Shorten(request, tokens);
            Place(spec with { Facts = spec.Facts with { OutputTokensMax = tokens } }, generatedTokens: 0);
        }
        else
        {
            Place(spec, generatedTokens: 0);
        }
    }

    private void Send(in Routed routed, ReplicaGroup group, RequestSpec spec, Handover handover)
    {
        if (group == _entry) _observer.Routed(AttemptId.RequestOf(spec.Id.Value), routed.Replica!.Index, _events.NowUs);
        if (routed.Decode is { } decode) _promised[spec.Id.Value] = decode;
        Give(routed.Replica!, spec, handover);
    }

    /// <summary>The router sends the request nowhere yet; it is asked again when something may have changed.</summary>
    private void Hold(ReplicaGroup group, RequestSpec spec, int generatedTokens, long untilUs, bool isLetIn = true)
    {
        if (_heldSinceUs.TryAdd(spec.Id.Value, _events.NowUs) && _door.Count >= _options.Fleet.WaitingOutsideMax)
        {
            _heldSinceUs.Remove(spec.Id.Value);
            Ended(AttemptId.RequestOf(spec.Id.Value), RequestOutcome.RefusedQueueFull);
            return;
        }

        var sinceUs = _heldSinceUs[spec.Id.Value];
        if (_events.NowUs - sinceUs > _options.Fleet.HoldUsMax)
        {
            throw new SimulationException(
                $"{(isLetIn ? $"Routing '{_options.Router.Name}'" : $"Admission '{_options.Admission.Name}'")} has held request {spec.Id} for more than {_options.Fleet.HoldUsMax} us, since {sinceUs} us.");
        }

        _door.Wait(new WaitingOutside(group, spec, generatedTokens, sinceUs, isLetIn));
        _events.Schedule(untilUs, EventKind.RouteHoldEnd, 0);
    }

    /// <summary>Whether after such an event a router may send what it holds.</summary>
    private static bool MayFreeHeld(EventKind kind) =>
        kind is EventKind.StepEnd or EventKind.CopyEnd or EventKind.Timeout or EventKind.Joining or EventKind.RouteHoldEnd;

    /// <summary>What follows from any event: drained replicas leave, and what is held may get further.</summary>
    private void Settle(EventKind kind)
    {
        LeaveIdle();
        if (_door.HasHeld && MayFreeHeld(kind)) AskAgain();
    }

    private void AskAgain()
    {
        foreach (var held in _door.TakeHeld())
        {
            if (held.IsLetIn) Place(held.Spec, held.GeneratedTokens);
            else Admit(held.Spec);
        }
    }

    private void Ask(ReplicaGroup group, long afterUs, ReplicaPool? pool = null) =>
        _events.Schedule(checked(_events.NowUs + afterUs), EventKind.Joining, group.Ask(_events.NowUs, pool).Index);

    private void Join(FleetUnit unit)
    {
        if (unit.State != FleetUnitState.Starting) return;
        foreach (var feed in unit.Group.Join(unit, _events.NowUs)) _events.Schedule(_events.NowUs, EventKind.Sample, feed);
        _fleetTotals = _fleetTotals with { Joined = _fleetTotals.Joined + unit.Replicas.Count };
        NoteSize();
        foreach (var waiting in _door.TakeOut(unit.Group)) Place(waiting.Spec, waiting.GeneratedTokens);
    }

    private void Change(FleetEvent change)
    {
        switch (change)
        {
            case ReplicaJoins joins: Ask(joins.Decodes ? _decode! : _entry, afterUs: 0); break;
            case ReplicaFails fails when _fleet.UnitOf(fails.Replica) is { } unit: Fail(unit, fails.RestartsAfterUs); break;
            case ReplicaDrains drains when _fleet.UnitOf(drains.Replica) is { } unit: Drain(unit); break;
            default: _fleetTotals = _fleetTotals with { EventsWithoutReplica = _fleetTotals.EventsWithoutReplica + 1 }; break;
        }
    }

    private void Drain(FleetUnit unit)
    {
        if (unit.State != FleetUnitState.Taking) return;
        unit.Group.StopTaking(unit, _events.NowUs);
        unit.Drain();
        _draining++;
    }

    /// <summary>What drains leaves as soon as it has no request.</summary>
    private void LeaveIdle()
    {
        if (_draining == 0) return;
        foreach (var unit in _fleet.FleetUnits)
        {
            if (unit.State != FleetUnitState.Draining || !unit.IsIdle) continue;
            Remove(unit);
            _fleetTotals = _fleetTotals with { Left = _fleetTotals.Left + unit.Replicas.Count };
        }
    }

    private void Remove(FleetUnit unit)
    {
        if (unit.State == FleetUnitState.Draining) _draining--;
        unit.Group.StopTaking(unit, _events.NowUs);
        unit.Go(_events.NowUs);
        _fleet.Present.RemoveAll(replica => replica.IsGone);
        _endsInVain += unit.Steps.Stop();
    }

    private void Fail(FleetUnit unit, long? restartsAfterUs)
    {
        CutLeap(unit.Steps);
        Remove(unit);
        _fleetTotals = _fleetTotals with { Failed = _fleetTotals.Failed + unit.Replicas.Count };
        if (restartsAfterUs is { } afterUs) Ask(unit.Group, afterUs, unit.Pool);
        foreach (var replica in unit.Replicas) _copies.GiveUpTo(replica);
        foreach (var (spec, generatedTokens) in unit.Replicas.SelectMany(replica => replica.LoseAll()).OrderBy(lost => lost.Spec.Id.Value))
        {
            if (_copies.KeptFor(spec.Id.Value) is { Replica.IsGone: true }) LoseKept(spec.Id);
            else HandOn(spec, generatedTokens);
        }
    }

    private void HandOn(RequestSpec spec, int generatedTokens)
    {
        var request = AttemptId.RequestOf(spec.Id.Value);
        _clients.PlacedAt(request, null);
        if (_options.Fleet.LostRequests == LostRequests.Fail)
        {
            Ended(request, RequestOutcome.BackendFailed);
            return;
        }

        _fleetTotals = _fleetTotals with { HandedOn = _fleetTotals.HandedOn + 1 };
        Place(spec, generatedTokens);
    }

    /// <summary>The request goes on where it is, and computes what it was to pull; one that has no replica begins anew with its prompt.</summary>
    private void LoseKept(RequestId attempt)
    {
        _copies.Release(attempt.Value);
        if (_clients.PlaceOf(AttemptId.RequestOf(attempt.Value)) is { } at)
        {
            CutLeap(at.Unit);
            at.LoseHandover(attempt);
            if (_copies.GiveUpOf(attempt.Value) is { } copy) at.Scheduler.LoadFailed(copy.Load);
            Wake(at.Unit);
        }
        else if (_door.TryTakeOut(attempt, out var waiting))
        {
            Place(waiting.Spec, waiting.GeneratedTokens);
        }
    }

    private void Scale(ScaledGroup scaled, int index)
    {
        var more = scaled.UnitsMore(_door.CountFor(scaled.Group), _events.NowUs);
        for (var unit = 0; unit < more; unit++) Ask(scaled.Group, scaled.Options.StartupUs);
        if (more < 0)
        {
            foreach (var unit in scaled.Surplus(-more, _events.NowUs))
            {
                if (unit.State == FleetUnitState.Starting) unit.Go(_events.NowUs);
                else Drain(unit);
            }
        }

        _events.Schedule(_events.NowUs + scaled.Options.PeriodUs, EventKind.Scaling, index);
    }

    private void NoteSize() => _fleetTotals = _fleetTotals with { TakingMax = Math.Max(_fleetTotals.TakingMax, _entry.TakingCount + (_decode?.TakingCount ?? 0)) };

    private FleetTotals ConcludeFleet()
    {
        var (fromUs, toUs) = _recorder.Span;
        var replicaUs = _fleet.FleetUnits.Sum(unit => unit.Pool.LockstepReplicas * Math.Max(0, Math.Min(unit.GoneUs ?? toUs, toUs) - Math.Max(unit.AskedUs, fromUs)));
        return _fleetTotals with { ReplicaUs = replicaUs, WaitedOutside = _door.Waited };
    }
}
