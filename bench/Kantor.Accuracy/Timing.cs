using Kantor.Simulation;
using Kantor.Simulation.Traces;

namespace Kantor.Accuracy;

/// <summary>What a client sees of a request, in milliseconds.</summary>
/// <param name="TtftMs">From sending to the first token.</param>
/// <param name="TpotMs">Mean distance of the further tokens; null for an answer of one token.</param>
internal readonly record struct Timing(double TtftMs, double? TpotMs)
{
    /// <summary>Timings of all requests of a simulated run, by request.</summary>
    /// <exception cref="SimulationException">A request does not get its answer, or the run cannot be finished.</exception>
    public static IReadOnlyList<Timing> All(IReadOnlyList<TraceRequest> trace, SimulationOptions options, CancellationToken cancellation = default)
    {
        var records = Simulator.Run(trace, options, cancellation: cancellation).Records;
        return [.. records.Select((record, request) => record.IsCompleted
            ? new Timing(record.TtftUs!.Value / 1e3, record.TpotUs / 1e3)
            : throw new SimulationException($"Request {request} of {trace[request].PromptTokens} + {trace[request].OutputTokens} tokens: {record.Outcome}."))];
    }
}
