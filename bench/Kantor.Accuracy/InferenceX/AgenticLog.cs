using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Accuracy.InferenceX;

/// <summary>Watches a simulated run of sessions until its time is over, and then ends it.</summary>
internal sealed class AgenticLog(IReadOnlyList<TraceRequest> trace, long durationUs, CancellationTokenSource end) : SimulationObserver
{
    private readonly long[] _arrivalUs = new long[trace.Count];
    private readonly long?[] _firstTokenUs = new long?[trace.Count];
    private readonly bool[] _isSeen = new bool[trace.Count];
    private readonly List<(int Request, long AtUs)> _ended = [];
    private long _promptTokens;
    private long _foundTokens;
    private int _seen;
    private double _deviceHitRate;
    private bool _isOver;

    public override void Routed(int request, int replica, long nowUs) => _arrivalUs[request] = nowUs;

    public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
    {
        foreach (ref readonly var slice in scheduler.Slices)
        {
            if (slice.IsDecode) continue;
            var request = (int)scheduler.Spec(slice.Row).Id.Value;
            if (!_isSeen[request]) See(request, slice.FromToken);
            if (slice.Generates) _firstTokenUs[request] ??= nowUs + durationUs;
        }
    }

    public override void RequestEnded(int request, int requestsEnded, long nowUs) => _ended.Add((request, nowUs));

    public override void EventHandled(IReadOnlyList<ReplicaScheduler> schedulers, long nowUs)
    {
        if (nowUs < durationUs || _isOver) return;
        var counters = schedulers[0].Counters;
        _deviceHitRate = counters.PrefixQueriedTokens == 0 ? 0 : (double)counters.PrefixHitTokens / counters.PrefixQueriedTokens;
        _isOver = true;
        end.Cancel();
    }

    /// <summary>What the run showed.</summary>
    /// <param name="wayMs">Milliseconds of a request of so many prompt tokens outside the scheduler.</param>
    /// <exception cref="SimulationException">No request ended within the run.</exception>
    public AgenticPrediction Conclude(Func<int, double> wayMs)
    {
        if (_ended.Count == 0) throw new SimulationException($"No request ends within {durationUs / 1e6:F0} s.");
        var prompts = (double)_promptTokens;
        return new AgenticPrediction
        {
            OutputTokensPerS = _ended.Sum(ended => (long)trace[ended.Request].OutputTokens) * 1e6 / durationUs,
            TtftMedianMs = Median(_ended.Select(ended => ((_firstTokenUs[ended.Request]!.Value - _arrivalUs[ended.Request]) / 1e3) + wayMs(trace[ended.Request].PromptTokens))),
            TpotMedianMs = Median(_ended.Where(ended => trace[ended.Request].OutputTokens > 1)
                .Select(ended => (ended.AtUs - _firstTokenUs[ended.Request]!.Value) / 1e3 / (trace[ended.Request].OutputTokens - 1))),
            DeviceHitRate = _deviceHitRate,
            HostHitRate = Math.Max(0, (_foundTokens / prompts) - _deviceHitRate),
            PromptTokensMean = prompts / _seen,
            Completed = _ended.Count,
        };
    }

    private void See(int request, int foundTokens)
    {
        _isSeen[request] = true;
        _seen++;
        _promptTokens += trace[request].PromptTokens;
        _foundTokens += foundTokens;
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[(sorted.Length - 1) / 2];
    }
}
