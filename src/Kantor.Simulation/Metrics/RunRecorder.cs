using Kantor.Core.Batching;
using Kantor.Core.Requests;
using Kantor.Simulation.Traces;

namespace Kantor.Simulation.Metrics;

/// <summary>
/// Knows each request's true output length, and writes down what happens to it. Proves that every request ends exactly once.
/// </summary>
internal sealed class RunRecorder(IReadOnlyList<TraceRequest> trace, int outputTokensMax, SimulationObserver observer)
{
    private readonly RequestRecord[] _records = [.. trace.Select(request => new RequestRecord { ArrivalUs = request.ArrivalUs })];
    private readonly GapHistogram _gaps = new();
    private int _ended;
    private long _lastEndUs;

    /// <summary>The request has tokens in a step that begins now.</summary>
    public void Scheduled(int request, long nowUs) => _records[request].ScheduledUs ??= nowUs;

    /// <summary>Tokens that the request still has to get, until its answer is whole or cut.</summary>
    public int TokensLeft(int request) => Math.Min(outputTokensMax, trace[request].OutputTokens) - _records[request].OutputTokens;

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
        ref var record = ref _records[request];
        var gapUs = leapt.FirstUs - record.LastTokenUs ?? throw new InvalidOperationException($"Request {request} leaps before its first token.");
        _gaps.Add(gapUs);
        record.GapUsMax = Math.Max(record.GapUsMax, Math.Max(gapUs, leapt.GapUsMax));
        record.LastTokenUs = leapt.LastUs;
        record.OutputTokens += leapt.Count;
    }

    /// <summary>The request got a token; the outcome when it was its last.</summary>
    public RequestOutcome? TokenGenerated(int request, long nowUs)
    {
        ref var record = ref _records[request];
        record.FirstTokenUs ??= nowUs;
        if (record.LastTokenUs is { } last)
        {
            _gaps.Add(nowUs - last);
            record.GapUsMax = Math.Max(record.GapUsMax, nowUs - last);
        }

        record.LastTokenUs = nowUs;
        record.OutputTokens++;
        if (record.OutputTokens == outputTokensMax) return RequestOutcome.LengthReached;
        return record.OutputTokens == trace[request].OutputTokens ? RequestOutcome.Stopped : null;
    }

    /// <summary>The request is over.</summary>
    public void Ended(int request, RequestOutcome outcome, long nowUs)
    {
        ref var record = ref _records[request];
        if (record.Outcome is { } before) throw new InvalidOperationException($"Request {request} ends as {outcome} and has ended as {before}.");
        record.Outcome = outcome;
        _lastEndUs = nowUs;
        observer.RequestEnded(request, ++_ended, nowUs);
    }

    /// <summary>Requests that have not ended, in order.</summary>
    public IReadOnlyList<int> Unfinished() => [.. Enumerable.Range(0, _records.Length).Where(request => _records[request].Outcome is null)];

    public SimulationResult Conclude(SimulationOptions options, IReadOnlyList<ReplicaScheduler> schedulers)
    {
        var completed = _records.Count(record => record.IsCompleted);
        var queried = schedulers.Sum(scheduler => scheduler.Kv.Counters.QueriedTokens);
        var hit = schedulers.Sum(scheduler => scheduler.Kv.Counters.HitTokens);
        var result = new SimulationResult
        {
            Policy = options.Planner.Name,
            Routing = options.Router.Name,
            Records = _records,
            Gaps = _gaps,
            Completed = completed,
            Rejected = _records.Length - completed,
            MakespanUs = _records.Length == 0 ? 0 : _lastEndUs - _records[0].ArrivalUs,
            PrefixHitRate = queried == 0 ? 0 : (double)hit / queried,
            Preemptions = schedulers.Sum(scheduler => scheduler.Counters.Preemptions),
            RecomputedTokens = schedulers.Sum(scheduler => scheduler.Counters.RecomputedTokens),
            Steps = schedulers.Sum(scheduler => scheduler.Counters.Steps),
            PlansRefused = schedulers.Sum(scheduler => scheduler.Counters.PlansRefused),
            LastPlanFault = schedulers.Select(scheduler => scheduler.LastPlanFault).LastOrDefault(fault => fault is not null),
        };
        RequireConservation(result);
        return result;
    }

    private void RequireConservation(SimulationResult result)
    {
        var rejected = _records.Count(record => record.Outcome is { } outcome && !record.IsCompleted && IsRefusal(outcome));
        if (result.Completed + rejected == trace.Count && _ended == trace.Count) return;
        throw new InvalidOperationException($"{result.Completed} completed + {rejected} rejected is not {trace.Count} requests ({_ended} ends).");
    }

    private static bool IsRefusal(RequestOutcome outcome) =>
        outcome is RequestOutcome.RefusedNeverFits or RequestOutcome.RefusedQueueFull or RequestOutcome.RefusedByPolicy;
}
