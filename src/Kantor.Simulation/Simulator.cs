using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Core.Units;
using Kantor.Simulation.Disaggregation;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Replicas;
using Kantor.Simulation.Traces;

namespace Kantor.Simulation;

/// <summary>
/// Runs a trace through a fleet in virtual time, iteration by iteration. The scheduler, the policies and the KV books of every replica are
/// those that the engine runs; only the model is replaced by its step time.
/// </summary>
/// <remarks>One run, one thread; deterministic: equal trace and options give equal results. Open loop: arrivals do not wait for answers.</remarks>
public sealed class Simulator : IReplicaHost
{
    private readonly ITraceSource _source;
    private readonly SimulationOptions _options;
    private readonly SimulationObserver _observer;
    private readonly EventQueue _events = new();
    private readonly FleetParts _fleet = new();
    private readonly ReplicaGroup _entry;
    private readonly ReplicaGroup? _decode;
    private readonly IReadOnlyList<ReplicaScheduler> _schedulers;
    private readonly IReadOnlyList<LinkQueue> _wayOut;
    private readonly KvCopies _copies = new();
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
        _entry = new ReplicaGroup(options, options.Router, _fleet, options, _recorder, observer, this);
        if (options.Decode is { } decode) _decode = new ReplicaGroup(decode, decode.Router, _fleet, options, _recorder, observer, this);
        _schedulers = [.. _fleet.Replicas.Select(replica => replica.Scheduler)];
        _wayOut = [.. _entry.Replicas.Select(_ => new LinkQueue(options.Decode?.Link))];
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
            _recorder.Advance(next.TimeUs, _fleet.Replicas);
            switch (next.Kind)
            {
                case EventKind.StepEnd: EndStep(_fleet.Units[next.Target]); break;
                case EventKind.CopyEnd: EndCopy(_copies.End(next.Target)); break;
                case EventKind.Arrival: Arrive(next.Target); break;
                case EventKind.StepStart: BeginStep(_fleet.Units[next.Target]); break;
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
        var replica = _entry.Route(spec, _events.NowUs);
        _observer.Routed(request, replica.Index, _events.NowUs);
        Give(replica, spec, default);
    }

    private void Give(SimulatedReplica replica, RequestSpec spec, Handover handover)
    {
        CutLeap(replica.Unit);
        if (!replica.TryTake(spec, handover, _events.NowUs, out var refusal)) Ended((int)spec.Id.Value, refusal);
        else Wake(replica.Unit);
    }

    private void BeginStep(IStepUnit unit)
    {
        unit.IsAwake = false;
        if (!unit.TryBeginStep(_events.NowUs, out var endUs)) return;
        unit.IsAwake = true;
        _events.Schedule(endUs, EventKind.StepEnd, unit.Index);
        if (unit.BeginsNextUs is { } nextUs) _events.Schedule(nextUs, EventKind.StepStart, unit.Index);
    }

    /// <summary>What arrives joins the step after the one under way, so the leap ends with that one; it may end at this very moment.</summary>
    private void CutLeap(IStepUnit unit)
    {
        if (!unit.TryCutLeap(_events.NowUs, out var endUs)) return;
        if (endUs == _events.NowUs) EndStep(unit);
        else _events.Schedule(endUs, EventKind.StepEnd, unit.Index);
    }

    private void EndStep(IStepUnit unit)
    {
        if (unit.TryEndStep(_events.NowUs)) Wake(unit);
    }

    /// <summary>The unit plans at this very moment, after everything else that happens in it; one that is at work plans when its step ends.</summary>
    private void Wake(IStepUnit unit)
    {
        if (unit.IsAwake || !unit.HasWork) return;
        unit.IsAwake = true;
        _events.Schedule(_events.NowUs, EventKind.StepStart, unit.Index);
    }

    private void EndCopy(in KvCopy copy)
    {
        if (copy.Load.Source == KvSource.Handover) ReleaseKept((int)copy.Load.Id);
        CutLeap(copy.To.Unit);
        if (copy.To.Scheduler.Loaded(copy.Load)) Wake(copy.To.Unit);
    }

    private void ReleaseKept(int request)
    {
        if (_copies.Release(request) is not var (replica, row)) return;
        CutLeap(replica.Unit);
        replica.Scheduler.Leave(row);
        Wake(replica.Unit);
    }

    void IReplicaHost.Ended(int request, RequestOutcome outcome) => Ended(request, outcome);

    /// <summary>Where prefill and decode are apart, the prompt's KV stays where it was computed until a decoding replica pulls it.</summary>
    void IReplicaHost.Began(SimulatedReplica replica, int row)
    {
        if (_decode is null || replica.Index >= _entry.Replicas.Count) return;
        var spec = replica.Scheduler.Spec(row);
        replica.Scheduler.Park(row);
        _copies.Keep(replica.RequestOf(row), replica, row);
        Give(_decode.Route(spec, _events.NowUs), spec, new Handover(GeneratedTokens: 1, KvTokens: spec.Content.Count - 1));
    }

    void IReplicaHost.LoadBegan(SimulatedReplica replica, in KvLoad load)
    {
        var way = load.Source == KvSource.Handover ? _wayOut[_copies.SourceOf((int)load.Id).Index] : replica.HostLink;
        _events.Schedule(way.EndUs(_events.NowUs, load.ToToken - load.FromToken), EventKind.CopyEnd, _copies.Begin(replica, load));
    }

    private void Ended(int request, RequestOutcome outcome)
    {
        ReleaseKept(request);
        _recorder.Ended(request, outcome, _events.NowUs);
    }

    private void ScheduleArrival()
    {
        if (_source.TryNext(out _next)) _events.Schedule(_next.ArrivalUs, EventKind.Arrival, _arrivalsScheduled++);
    }

    private double? PipelineIdleShare()
    {
        var (idleUs, busyUs) = (0L, 0L);
        foreach (var unit in _fleet.Units.OfType<PipelineUnit>()) (idleUs, busyUs) = (idleUs + unit.Stages.IdleUs, busyUs + unit.Stages.BusyUs);
        return busyUs == 0 ? null : (double)idleUs / (idleUs + busyUs);
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
        foreach (var scheduler in _schedulers) scheduler.Verify();
        var unfinished = _recorder.Unfinished();
        if (unfinished.Count == 0) return _recorder.Conclude(_schedulers) with { PipelineIdleShare = PipelineIdleShare() };
        var faults = _schedulers.Select(scheduler => scheduler.LastPlanFault).OfType<string>().Distinct();
        throw new SimulationException(
            $"Policy '{_options.Planner.Name}' plans nothing for {unfinished.Count} requests and no event is left: "
            + string.Join(", ", unfinished.Take(10)) + (unfinished.Count > 10 ? ", …" : ".")
            + string.Concat(faults.Select(fault => $" Last refused plan: {fault}")));
    }
}
