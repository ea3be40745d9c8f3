using Kantor.Core.Decisions;
using Kantor.Core.Routing;
using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Disaggregation;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation;

/// <summary>
/// Runs a trace through a fleet in virtual time, iteration by iteration. The scheduler, the policies and the KV books of every replica are
/// those that the engine runs; only the model is replaced by its step time.
/// </summary>
/// <remarks>One run, one thread; deterministic: equal trace and options give equal results. Clients send in an open loop unless the options say otherwise.</remarks>
public sealed partial class Simulator : IReplicaHost
{
    private readonly SimulationOptions _options;
    private readonly SimulationObserver _observer;
    private readonly EventQueue _events = new();
    private readonly FleetParts _fleet = new();
    private readonly ReplicaGroup _entry;
    private readonly FleetAdmission _admission;
    private readonly ReplicaGroup? _decode;
    private readonly KvCopies _copies = new();
    private readonly RunRecorder _recorder;
    private readonly ClientSide _clients;

    private Simulator(ITraceSource source, SimulationOptions options, SimulationObserver observer)
    {
        options.Validate();
        _options = options;
        _observer = observer;
        _recorder = new RunRecorder(options, observer);
        _clients = new ClientSide(source, options, _events, _recorder);
        var run = new RunParts(options, _recorder, observer, this, _events);
        var isApart = options.Decode is not null;
        var entry = new ReplicaGroup(options, options.Router, _fleet, run, isApart ? EndpointRole.Prefill : EndpointRole.Whole);
        if (options.Decode is { } decode) _decode = new ReplicaGroup(decode, decode.Router, _fleet, run, EndpointRole.Decode);
        entry.GoesOnIn = _decode;
        _entry = entry;
        _admission = new FleetAdmission(options.Admission, entry, options.Objective.Classes);
        entry.Stream.AlsoTell(_admission.State);
        _recorder.Watch(_fleet.Present);
    }

    /// <summary>Runs the whole trace, which is in order of arrival.</summary>
    /// <inheritdoc cref="Run(ITraceSource, SimulationOptions, SimulationObserver?, CancellationToken)"/>
    public static SimulationResult Run(
        IReadOnlyList<TraceRequest> trace,
        SimulationOptions options,
        SimulationObserver? observer = null,
        CancellationToken cancellation = default) =>
        Run(TraceSource.Of(trace), options, observer, cancellation);

    /// <summary>Runs all that the source gives, which is in order of arrival; each request is taken when the one before arrives.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="SimulationException">The policy left requests waiting for ever, or the step-time model gave an impossible value.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static SimulationResult Run(
        ITraceSource source,
        SimulationOptions options,
        SimulationObserver? observer = null,
        CancellationToken cancellation = default) =>
        new Simulator(source, options, observer ?? new SimulationObserver()).RunToEnd(cancellation);

    private SimulationResult RunToEnd(CancellationToken cancellation)
    {
        _clients.Begin();
        BeginFleet();
        while (IsUnderWay() && _events.TryNext(out var next))
        {
            cancellation.ThrowIfCancellationRequested();
            _recorder.Advance(next.TimeUs);
            switch (next.Kind)
            {
                case EventKind.StepEnd: EndStep(_fleet.Units[next.Target]); break;
                case EventKind.CopyEnd: EndCopy(next.Target); break;
                case EventKind.Timeout: GiveUp(next.Target); break;
                case EventKind.Joining: Join(_fleet.FleetUnits[next.Target]); break;
                case EventKind.FleetChange: Change(_options.Fleet.Events[next.Target]); break;
                case EventKind.Scaling: Scale(_scaled[next.Target], next.Target); break;
                case EventKind.Sample: Sample(next.Target); break;
                case EventKind.Sending: Send(next.Target); break;
                case EventKind.Arrival: Arrive(next.Target); break;
                case EventKind.HoldEnd: Wake(_fleet.Units[next.Target]); break;
                case EventKind.RouteHoldEnd: break;
                case EventKind.StepStart: BeginStep(_fleet.Units[next.Target]); break;
            }

            Settle(next.Kind);
            _observer.EventHandled(_fleet.Schedulers, _events.NowUs);
        }

        return Conclude();
    }

    private void Send(int request)
    {
        _clients.Send(request);
        Arrive(request);
    }

    private void Arrive(int request)
    {
        if (!_clients.TryArrive(request, out var spec)) return;
        if (_entry.TakingCount == 0 && _door.Count >= _options.Fleet.WaitingOutsideMax) Ended(request, RequestOutcome.RefusedQueueFull);
        else Admit(spec);
    }

    private void Give(SimulatedReplica replica, RequestSpec spec, Handover handover)
    {
        var request = AttemptId.RequestOf(spec.Id.Value);
        _clients.PlacedAt(request, replica);
        CutLeap(replica.Unit);
        if (replica.TryTake(spec, handover, _events.NowUs, out var refusal)) Wake(replica.Unit);
        else Ended(request, refusal);
    }

    /// <summary>The request leaves the fleet at once; of a step that it is in, the rest goes on.</summary>
    private void GiveUp(int request)
    {
        if (!_clients.GivesUp(request, out var replica)) return;
        if (replica is not null)
        {
            CutLeap(replica.Unit);
            replica.Cancel(_clients.IdOf(request));
        }

        Ended(request, RequestOutcome.Cancelled);
        if (replica is not null) Wake(replica.Unit);
    }

    private void BeginStep(IStepUnit unit)
    {
        unit.IsAwake = false;
        if (!unit.TryBeginStep(_events.NowUs, out var endUs))
        {
            if (unit.HeldUntilUs is { } untilUs) _events.Schedule(untilUs, EventKind.HoldEnd, unit.Index);
            return;
        }

        unit.IsAwake = true;
        _events.Schedule(endUs, EventKind.StepEnd, unit.Index);
        if (unit.BeginsNextUs is { } nextUs) _events.Schedule(nextUs, EventKind.StepStart, unit.Index);
    }

    /// <summary>What arrives joins the step after the one under way, so the leap ends with that one; it may end at this very moment.</summary>
    private void CutLeap(IStepUnit unit)
    {
        if (!unit.TryCutLeap(_events.NowUs, out var endUs)) return;
        _endsInVain++;
        if (endUs == _events.NowUs) TryEndStep(unit);
        else _events.Schedule(endUs, EventKind.StepEnd, unit.Index);
    }

    private void EndStep(IStepUnit unit)
    {
        if (!TryEndStep(unit)) _endsInVain--;
    }

    private bool TryEndStep(IStepUnit unit)
    {
        if (!unit.TryEndStep(_events.NowUs)) return false;
        Wake(unit);
        return true;
    }

    /// <summary>The unit plans at this very moment, after everything else that happens in it; one that is at work plans when its step ends.</summary>
    private void Wake(IStepUnit unit)
    {
        if (unit.IsAwake || !unit.HasWork) return;
        unit.IsAwake = true;
        _events.Schedule(_events.NowUs, EventKind.StepStart, unit.Index);
    }

    private void EndCopy(int number)
    {
        if (_copies.End(number) is not { } copy) return;
        ReleaseKept(copy.Load.Id);
        CutLeap(copy.To.Unit);
        if (copy.To.Scheduler.Loaded(copy.Load)) Wake(copy.To.Unit);
    }

    private void ReleaseKept(long attempt)
    {
        if (_copies.Release(attempt) is not { } kept) return;
        CutLeap(kept.Replica.Unit);
        kept.Replica.Leave(kept.Row);
        Wake(kept.Replica.Unit);
    }

    void IReplicaHost.Ended(int request, RequestOutcome outcome) => Ended(request, outcome);

    /// <summary>Where prefill and decode are apart, the prompt's KV stays where it was computed until a decoding replica pulls it.</summary>
    void IReplicaHost.Began(SimulatedReplica replica, int row)
    {
        var spec = replica.Scheduler.Spec(row);
        replica.Scheduler.Park(row, returns: false);
        _copies.Keep(spec.Id.Value, new KeptKv(replica, row, spec.Content.Count - 1, _promised.GetValueOrDefault(spec.Id.Value)));
        Place(spec, replica.Scheduler.GeneratedTokens(row));
    }

    void IReplicaHost.WentOn(long attempt) => ReleaseKept(attempt);

    void IReplicaHost.LoadBegan(SimulatedReplica replica, in KvLoad load)
    {
        var way = load.Source switch
        {
            KvSource.Handover => _copies.SourceOf(load.Id).WayOut,
            KvSource.Swap => replica.SwapLink,
            _ => replica.TierLink,
        };
        _events.Schedule(way.EndUs(_events.NowUs, load.ToToken - load.FromToken), EventKind.CopyEnd, _copies.Begin(replica, load));
    }

    private void Ended(int request, RequestOutcome outcome)
    {
        var attempt = _clients.IdOf(request);
        _door.Forget(attempt);
        _entry.Stream.Ended(attempt, outcome, _events.NowUs);
        _decode?.Stream.Ended(attempt, outcome, _events.NowUs);
        _promised.Remove(attempt.Value);
        _heldSinceUs.Remove(attempt.Value);
        ReleaseKept(attempt.Value);
        _clients.Ended(request, outcome);
    }

    private double? PipelineIdleShare()
    {
        var (idleUs, busyUs) = (0L, 0L);
        foreach (var unit in _fleet.Units.OfType<PipelineUnit>()) (idleUs, busyUs) = (idleUs + unit.Stages.IdleUs, busyUs + unit.Stages.BusyUs);
        return busyUs == 0 ? null : (double)idleUs / (idleUs + busyUs);
    }

    private SimulationResult Conclude()
    {
        foreach (var scheduler in _fleet.Schedulers) scheduler.Verify();
        var unfinished = _recorder.Unfinished();
        if (unfinished.Count == 0) return _recorder.Conclude(_fleet.Schedulers) with { Fleet = ConcludeFleet(), PipelineIdleShare = PipelineIdleShare() };
        var faults = _fleet.Schedulers.Select(scheduler => scheduler.LastPlanFault).OfType<string>().Distinct();
        throw new SimulationException(
            $"Policy '{_options.Planner.Name}' plans nothing for {unfinished.Count} requests and no event is left: "
            + string.Join(", ", unfinished.Take(10)) + (unfinished.Count > 10 ? ", …" : ".")
            + string.Concat(faults.Select(fault => $" Last refused plan: {fault}")));
    }
}
