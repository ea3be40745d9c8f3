using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Units;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Traces;

namespace Kantor.Simulation;

/// <summary>
/// Runs a trace through a fleet in virtual time, iteration by iteration. The scheduler, the policies and the KV books of every replica are
/// those that the engine runs; only the model is replaced by its step time.
/// </summary>
/// <remarks>One run, one thread; deterministic: equal trace and options give equal results. Open loop: arrivals do not wait for answers.</remarks>
public sealed class Simulator
{
    private readonly ITraceSource _source;
    private readonly SimulationOptions _options;
    private readonly SimulationObserver _observer;
    private readonly EventQueue _events = new();
    private readonly SimulatedReplica[] _replicas;
    private readonly ReplicaScheduler[] _schedulers;
    private readonly EndpointView[] _endpoints;
    private readonly RouterState _routerState;
    private readonly RunRecorder _recorder;

    // The request whose arrival is scheduled: the source is read one ahead.
    private TraceRequest _next;
    private int _arrivalsScheduled;

    private Simulator(ITraceSource source, SimulationOptions options, SimulationObserver observer)
    {
        options.Validate();
        _source = source;
        _options = options;
        _observer = observer;
        _recorder = new RunRecorder(options, observer);
        _replicas = [.. Enumerable.Range(0, options.Replicas).Select(index => new SimulatedReplica(index, options, _recorder, observer))];
        _schedulers = [.. _replicas.Select(replica => replica.Scheduler)];
        _endpoints = new EndpointView[options.Replicas];
        _routerState = options.Router.NewState();
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
        ScheduleArrival();
        while (_events.TryNext(out var next))
        {
            cancellation.ThrowIfCancellationRequested();
            switch (next.Kind)
            {
                case EventKind.StepEnd: EndStep(_replicas[next.Target]); break;
                case EventKind.Arrival: Arrive(next.Target); break;
                case EventKind.StepStart: BeginStep(_replicas[next.Target]); break;
            }

            _observer.EventHandled(_schedulers, _events.NowUs);
        }

        return Conclude();
    }

    private void Arrive(int request)
    {
        var truth = _next;
        ScheduleArrival();
        _recorder.Arrived(request, truth, _events.NowUs);
        var spec = SpecOf(request, truth);
        var replica = _replicas[Route(spec)];
        _observer.Routed(request, replica.Index, _events.NowUs);
        CutLeap(replica);
        if (!replica.Scheduler.TryEnqueue(spec, out _, out var refusal)) _recorder.Ended(request, refusal, _events.NowUs);
        else Wake(replica);
    }

    private void BeginStep(SimulatedReplica replica)
    {
        replica.IsAwake = false;
        if (!replica.TryBeginStep(_events.NowUs, out var endUs)) return;
        replica.IsAwake = true;
        _events.Schedule(endUs, EventKind.StepEnd, replica.Index);
    }

    /// <summary>What arrives joins the step after the one under way, so the leap ends with that one; it may end at this very moment.</summary>
    private void CutLeap(SimulatedReplica replica)
    {
        if (!replica.TryCutLeap(_events.NowUs, out var endUs)) return;
        if (endUs == _events.NowUs) EndStep(replica);
        else _events.Schedule(endUs, EventKind.StepEnd, replica.Index);
    }

    private void EndStep(SimulatedReplica replica)
    {
        // A leap that was cut leaves the event of its first end behind.
        if (replica.StepEndUs != _events.NowUs) return;
        replica.EndStep(_events.NowUs);
        replica.IsAwake = false;
        Wake(replica);
    }

    /// <summary>The replica plans at this very moment, after everything else that happens in it; one that is at work plans when its step ends.</summary>
    private void Wake(SimulatedReplica replica)
    {
        if (replica.IsAwake || replica.Scheduler.IsIdle) return;
        replica.IsAwake = true;
        _events.Schedule(_events.NowUs, EventKind.StepStart, replica.Index);
    }

    private void ScheduleArrival()
    {
        if (_source.TryNext(out _next)) _events.Schedule(_next.ArrivalUs, EventKind.Arrival, _arrivalsScheduled++);
    }

    private int Route(RequestSpec spec)
    {
        for (var index = 0; index < _endpoints.Length; index++) _endpoints[index] = _replicas[index].View(_events.NowUs);

        var fleet = new FleetView { Endpoints = _endpoints, NowUs = _events.NowUs };
        var chosen = _options.Router.Route(new RouteRequest(spec.Id.Value, spec.Content.Count, spec.CacheDomain), fleet, _routerState);
        if ((uint)chosen < (uint)_replicas.Length) return chosen;
        throw new SimulationException($"Routing '{_options.Router.Name}' sent request {spec.Id} to replica {chosen} of {_replicas.Length}.");
    }

    private RequestSpec SpecOf(int request, in TraceRequest truth) => new()
    {
        Id = new RequestId(request),
        Content = truth.NewContent(),
        OutputTokensMax = _options.OutputTokensMax,
        ArrivalUs = _events.NowUs,
    };

    private SimulationResult Conclude()
    {
        foreach (var replica in _replicas) replica.Scheduler.Verify();
        var unfinished = _recorder.Unfinished();
        if (unfinished.Count == 0) return _recorder.Conclude(_schedulers);
        var faults = _schedulers.Select(scheduler => scheduler.LastPlanFault).OfType<string>().Distinct();
        throw new SimulationException(
            $"Policy '{_options.Planner.Name}' plans nothing for {unfinished.Count} requests and no event is left: "
            + string.Join(", ", unfinished.Take(10)) + (unfinished.Count > 10 ? ", …" : ".")
            + string.Concat(faults.Select(fault => $" Last refused plan: {fault}")));
    }
}
