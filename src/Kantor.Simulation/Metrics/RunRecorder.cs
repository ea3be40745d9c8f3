using Kantor.Core.Objectives;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Metrics;

/// <summary>
/// Writes down what happens to each request that is open, and counts it when it ends. Decides nothing. Proves that every request ends
/// exactly once.
/// </summary>
/// <param name="objective">What requests are judged by.</param>
/// <param name="tenantWeights">Shares that tenants are due, by name; that of any other is 1.</param>
/// <param name="keepsRecords">Whether the records of requests that have ended are kept.</param>
/// <param name="observer">Hears of ends.</param>
internal sealed class RunRecorder(
    Objective objective, IReadOnlyDictionary<string, double> tenantWeights, bool keepsRecords, SimulationObserver observer)
{
    private readonly SloSpec _slo = objective.Slo;
    private readonly RecordStore _records = new(keepsRecords);
    private readonly DurationHistogram _gaps = new();
    private readonly RequestTotals _totals = new();
    private readonly TenantBook _tenants = new(tenantWeights);
    private readonly FleetTimeline _timeline = new();
    private IReadOnlyList<ISampled> _replicas = [];
    private long? _firstArrivalUs;
    private long _lastEndUs;

    /// <summary>First arrival and last end; 0 before the first of them.</summary>
    public (long FromUs, long ToUs) Span => (_firstArrivalUs ?? 0, _lastEndUs);

    /// <summary>A request is made: its time counts from now, whatever its trace says.</summary>
    public void Arrived(int request, in TraceRequest truth, long nowUs, long? deadlineUs = null, ClassId requestClass = default)
    {
        _firstArrivalUs ??= nowUs;
        if (_records.Opened == _records.Closed) _timeline.Advance(nowUs, _replicas);
        var tenant = _tenants.Of(truth.Tenant);
        ref var open = ref _records.Open(request);
        open.Record.ArrivalUs = nowUs;
        open.Record.Attempts = 1;
        open.DeadlineUs = deadlineUs;
        open.PromptTokens = truth.PromptTokens;
        open.Weight = objective.Classes[requestClass].Weight;
        open.Tenant = tenant;
        _totals.Arrive();
        tenant.Arrive();
    }

    /// <summary>The request is sent again: what its last attempt brought is lost, but its time goes on.</summary>
    public void TriedAgain(int request)
    {
        ref var open = ref _records[request];
        open.Record = new RequestRecord { ArrivalUs = open.Record.ArrivalUs, Attempts = open.Record.Attempts + 1 };
    }

    /// <summary>The replicas whose state is written down over time; they are there before the first request.</summary>
    public void Watch(IReadOnlyList<ISampled> replicas) => _replicas = replicas;

    /// <summary>Time moves to this moment, whose events have not happened yet.</summary>
    /// <remarks>While no request is open nothing changes, and events may be left over from leaps that were cut: the next arrival makes up
    /// for it.</remarks>
    public void Advance(long nowUs)
    {
        if (_records.Opened != _records.Closed) _timeline.Advance(nowUs, _replicas);
    }

    /// <summary>The request has tokens in a step that begins now.</summary>
    public void Scheduled(int request, long nowUs) => _records[request].Record.ScheduledUs ??= nowUs;

    /// <summary>
    /// So many requests get a token at each of these moments, at least one. Counts the gaps between the moments; the gap before the first
    /// differs by request and is counted by <see cref="TokensGenerated"/>, to be called for each.
    /// </summary>
    public void GapsBetween(ReadOnlySpan<long> momentsUs, int requests)
    {
        for (var index = 1; index < momentsUs.Length; index++) _gaps.Add(momentsUs[index] - momentsUs[index - 1], requests);
    }

    /// <summary>The request got these tokens.</summary>
    public void TokensGenerated(int request, in LeaptTokens leapt)
    {
        ref var record = ref _records[request].Record;
        var gapUs = leapt.FirstUs - record.LastTokenUs
            ?? throw new InvalidOperationException($"Request {request} leaps before its first token.");
        _gaps.Add(gapUs);
        record.GapUsMax = Math.Max(record.GapUsMax, Math.Max(gapUs, leapt.GapUsMax));
        record.LastTokenUs = leapt.LastUs;
        record.OutputTokens += leapt.Count;
    }

    /// <summary>The request got a token.</summary>
    public void TokenGenerated(int request, long nowUs)
    {
        ref var record = ref _records[request].Record;
        record.FirstTokenUs ??= nowUs;
        if (record.LastTokenUs is { } last)
        {
            _gaps.Add(nowUs - last);
            record.GapUsMax = Math.Max(record.GapUsMax, nowUs - last);
        }

        record.LastTokenUs = nowUs;
        record.OutputTokens++;
    }

    /// <summary>The request is over.</summary>
    public void Ended(int request, RequestOutcome outcome, long nowUs)
    {
        ref var open = ref _records[request];
        if (open.Tenant is not { } tenant) throw new InvalidOperationException($"Request {request} ends as {outcome} and has not arrived.");
        if (open.Record.Outcome is { } before)
        {
            throw new InvalidOperationException($"Request {request} ends as {outcome} and has ended as {before}.");
        }

        open.Record.Outcome = outcome;
        var isWithinSlo = _slo.IsMetBy(open.Record);
        var isInTime = open.DeadlineUs is not { } deadlineUs || (open.Record.IsCompleted && nowUs <= deadlineUs);
        _totals.End(open, isWithinSlo, isInTime);
        tenant.End(open, isWithinSlo, isInTime);
        _records.Close(request);
        _lastEndUs = nowUs;
        observer.RequestEnded(request, _records.Closed, nowUs);
    }

    /// <summary>Requests that have not ended, in order.</summary>
    public IReadOnlyList<int> Unfinished() => [.. _records.StillOpen()];

    /// <summary>What the run did, under the names of the policies that ran it.</summary>
    public SimulationResult Conclude(IReadOnlyList<ReplicaScheduler> schedulers, string policy, string routing)
    {
        if (_records.Closed != _records.Opened)
        {
            throw new InvalidOperationException($"{_records.Closed} ends are not {_records.Opened} requests.");
        }

        var queried = schedulers.Sum(scheduler => scheduler.Counters.PrefixQueriedTokens);
        var hit = schedulers.Sum(scheduler => scheduler.Counters.PrefixHitTokens);
        var makespanUs = _firstArrivalUs is { } first ? _lastEndUs - first : 0;
        return new SimulationResult
        {
            Objective = ObjectiveScore.Of(objective, _totals, makespanUs),
            Policy = policy,
            Routing = routing,
            Totals = _totals,
            Tenants = _tenants.Tenants,
            TenantsBeyond = _tenants.Beyond,
            Timeline = _timeline,
            Gaps = _gaps,
            KeptRecords = keepsRecords ? _records.ToArray() : null,
            RecordsHeldMax = _records.HeldMax,
            MakespanUs = makespanUs,
            PrefixHitRate = queried == 0 ? 0 : (double)hit / queried,
            PrefixRefoundTokens = schedulers.Sum(scheduler => scheduler.Counters.PrefixRefoundTokens),
            Preemptions = schedulers.Sum(scheduler => scheduler.Counters.Preemptions),
            RecomputedTokens = schedulers.Sum(scheduler => scheduler.Counters.RecomputedTokens),
            LoadedTokens = schedulers.Sum(scheduler => scheduler.Counters.LoadedTokens),
            SwappedTokens = schedulers.Sum(scheduler => scheduler.Counters.SwappedTokens),
            Steps = schedulers.Sum(scheduler => scheduler.Counters.Steps),
            PlansRefused = schedulers.Sum(scheduler => scheduler.Counters.PlansRefused),
            LastPlanFault = schedulers.Select(scheduler => scheduler.LastPlanFault).LastOrDefault(fault => fault is not null),
        };
    }
}
