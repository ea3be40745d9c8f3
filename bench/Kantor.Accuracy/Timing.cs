using Kantor.Core.Batching;
using Kantor.Core.Replica;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Accuracy;

/// <summary>What is seen of a request, in milliseconds.</summary>
/// <param name="TtftMs">From sending to the first token, as a client sees it.</param>
/// <param name="TakenUpTtftMs">From when the engine's loop takes the request up, at the first step that begins at or after its arrival, to the first token.</param>
/// <param name="TpotMs">Mean distance of the further tokens; null for an answer of one token.</param>
internal readonly record struct Timing(double TtftMs, double TakenUpTtftMs, double? TpotMs)
{
    /// <summary>Timings of all requests of a simulated run, by request.</summary>
    /// <exception cref="SimulationException">A request does not get its answer, or the run cannot be finished.</exception>
    public static IReadOnlyList<Timing> All(IReadOnlyList<TraceRequest> trace, SimulationOptions options, CancellationToken cancellation = default)
    {
        var loop = new LoopLog(trace.Count, options.Replicas);
        var records = Simulator.Run(trace, options, loop, cancellation).Records;
        return [.. records.Select((record, request) => record.IsCompleted
            ? new Timing(record.TtftUs!.Value / 1e3, (record.FirstTokenUs!.Value - loop.TakenUpUs[request]) / 1e3, record.TpotUs / 1e3)
            : throw new SimulationException($"Request {request} of {trace[request].PromptTokens} + {trace[request].OutputTokens} tokens: {record.Outcome}."))];
    }

    /// <summary>When each replica's loop takes each request up. An engine that plans ahead takes it up for the step after the one that begins then.</summary>
    private sealed class LoopLog(int requests, int replicas) : SimulationObserver
    {
        private readonly List<int>[] _arrived = [.. Enumerable.Range(0, replicas).Select(_ => new List<int>())];

        public long[] TakenUpUs { get; } = new long[requests];

        public override void Routed(int request, int replica, long nowUs) => _arrived[replica].Add(request);

        public override void StepBegan(int replica, ReplicaScheduler scheduler, long nowUs, long durationUs)
        {
            foreach (var request in _arrived[replica]) TakenUpUs[request] = nowUs;
            _arrived[replica].Clear();
        }
    }
}
