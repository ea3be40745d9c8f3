using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Run;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation;

/// <summary>
/// Runs a trace through a fleet in virtual time, iteration by iteration. The scheduler, the policies and the KV books of every replica are
/// those that the engine runs; only the model is replaced by its step time.
/// </summary>
/// <remarks>One run, one thread; deterministic: equal trace and options give equal results. Clients send in an open loop unless the options
/// say otherwise.</remarks>
public sealed class Simulator : IReplicaHost
{
    private readonly SimulationOptions _options;
    private readonly SimulationObserver _observer;
    private readonly EventQueue _events = new();
    private readonly FleetParts _fleet = new();
    private readonly RunRecorder _recorder;
    private readonly ClientSide _clients;
    private readonly StepDriver _steps;
    private readonly KvFetching _fetching;
    private readonly Placement _placement;
    private readonly FleetChanges _changes;

    private Simulator(ITraceSource source, SimulationOptions options, SimulationObserver observer)
    {
        options.Validate();
        (_options, _observer) = (options, observer);
        var weights = options.Clients.Tenants.ToDictionary(tenant => tenant.Name, tenant => tenant.Weight, StringComparer.Ordinal);
        var lengths = new LengthOracle();
        _recorder = new RunRecorder(options.Objective, weights, options.KeepsRecords, observer);
        _clients = new ClientSide(source, options.Clients, options.OutputTokensMax, _events, _recorder, lengths);
        _steps = new StepDriver(_events);
        _fetching = new KvFetching(_steps, _events);
        _placement = NewPlacement(lengths);
        _changes = new FleetChanges(options.Fleet, _fleet, _placement);
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
    /// <exception cref="SimulationException">The policy left requests waiting for ever, or the step-time model gave an impossible
    /// value.</exception>
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
        _changes.Begin();
        while (IsUnderWay() && _events.TryNext(out var next))
        {
            cancellation.ThrowIfCancellationRequested();
            _recorder.Advance(next.TimeUs);
            switch (next.Kind)
            {
                case EventKind.StepEnd: _steps.End(_fleet.Units[next.Target]); break;
                case EventKind.CopyEnd: _fetching.End(next.Target); break;
                case EventKind.Timeout: _placement.GiveUp(next.Target); break;
                case EventKind.Joining: _changes.Join(_fleet.FleetUnits[next.Target]); break;
                case EventKind.FleetChange: _changes.Change(next.Target); break;
                case EventKind.Scaling: _changes.Scale(next.Target); break;
                case EventKind.Sample: _changes.Sample(next.Target); break;
                case EventKind.Sending: _placement.Send(next.Target); break;
                case EventKind.Arrival: _placement.Arrive(next.Target); break;
                case EventKind.HoldEnd: _steps.Wake(_fleet.Units[next.Target]); break;
                case EventKind.StepStart: _steps.Begin(_fleet.Units[next.Target]); break;
            }

            _changes.LeaveIdle();
            _placement.Settle(next.Kind);
            _observer.EventHandled(_fleet.Schedulers, _events.NowUs);
        }

        return Conclude();
    }

    /// <summary>
    /// Whether a request may still come, or one waits for a replica that may come. What only accompanies the run does not keep it going.
    /// </summary>
    private bool IsUnderWay()
    {
        if (!_clients.AnyOpen) return false;
        if (_steps.AnyPressing) return true;
        if (_placement.Door.Count == 0) return false;
        if (!_changes.MaySomeoneJoin) _placement.CloseDoor();
        return _steps.AnyPressing || _placement.Door.Count > 0;
    }

    void IReplicaHost.Ended(int request, RequestOutcome outcome) => _placement.End(request, outcome);

    void IReplicaHost.Began(SimulatedReplica replica, int row) => _placement.GoOn(replica, row);

    void IReplicaHost.WentOn(SimulatedReplica replica, RequestId attempt) => _fetching.WentOn(replica, attempt);

    void IReplicaHost.LeapIsSeen(SimulatedReplica replica) => _steps.CutLeap(replica.Unit);

    void IReplicaHost.LoadBegan(SimulatedReplica replica, in KvLoad load) => _fetching.Begin(replica, load);

    private Placement NewPlacement(LengthOracle lengths)
    {
        var run = NewRunParts(lengths);
        var decode = _options.Decode;
        var entry = new ReplicaGroup(_options, _options.Router, _fleet, run, decode is null ? EndpointRole.Whole : EndpointRole.Prefill);
        if (decode is not null) entry.GoesOnIn = new ReplicaGroup(decode, decode.Router, _fleet, run, EndpointRole.Decode);
        var admission = new FleetAdmission(_options.Admission, entry, _options.Objective.Classes);
        entry.Stream.AlsoTell(admission.State);
        return new Placement
        {
            Entry = entry,
            Decode = entry.GoesOnIn,
            Admission = admission,
            Options = _options.Fleet,
            Door = new FleetDoor(),
            Clients = _clients,
            Steps = _steps,
            Fetching = _fetching,
            Observer = _observer,
            Events = _events,
        };
    }

    private RunParts NewRunParts(LengthOracle lengths) => new()
    {
        Recorder = _recorder,
        Lengths = lengths,
        Observer = _observer,
        Host = this,
        Clock = _events,
        Classes = _options.Objective.Classes,
        WayOut = _options.Decode?.Link,
        Leaping = _options.Leaping,
        StepsWithoutTokenMax = _options.StepsWithoutTokenMax,
    };

    private double? PipelineIdleShare()
    {
        var (idleUs, busyUs) = (0L, 0L);
        foreach (var unit in _fleet.Units.OfType<PipelineUnit>())
        {
            (idleUs, busyUs) = (idleUs + unit.Stages.IdleUs, busyUs + unit.Stages.BusyUs);
        }

        return busyUs == 0 ? null : (double)idleUs / (idleUs + busyUs);
    }

    private SimulationResult Conclude()
    {
        foreach (var scheduler in _fleet.Schedulers) scheduler.Verify();
        var unfinished = _recorder.Unfinished();
        if (unfinished.Count > 0) throw new SimulationException(Stuck(unfinished));
        var result = _recorder.Conclude(_fleet.Schedulers, _options.Planner.Name, _options.Router.Name);
        return result with { Fleet = _changes.Conclude(_recorder.Span), PipelineIdleShare = PipelineIdleShare() };
    }

    private string Stuck(IReadOnlyList<int> unfinished)
    {
        var faults = _fleet.Schedulers.Select(scheduler => scheduler.LastPlanFault).OfType<string>().Distinct();
        return $"Policy '{_options.Planner.Name}' plans nothing for {unfinished.Count} requests and no event is left: "
            + string.Join(", ", unfinished.Take(10)) + (unfinished.Count > 10 ? ", …" : ".")
            + string.Concat(faults.Select(fault => $" Last refused plan: {fault}"));
    }
}
