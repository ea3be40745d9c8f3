using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Core.Randomness;
using Kantor.Simulation.Clients;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Simulate;

/// <summary>The trace that a person named, as it is simulated; what was done to it is said on standard error.</summary>
internal static class TraceInput
{
    /// <summary>Reads the file, or the sample that ships with the product.</summary>
    public static Trace Load(SimulateSettings settings, CancellationToken cancellation)
    {
        var options = new TraceReadOptions { SkipsBadLines = settings.SkipsBadLines, RequestsLimit = settings.RequestsLimit };
        try
        {
            return WithSessions(Trace.Load(settings.TracePath is { } path ? TraceReader.Open(path, options) : SampleTrace.Open(options), cancellation: cancellation), settings);
        }
        catch (TraceException exception)
        {
            throw new UsageException($"--trace: {exception.Message}");
        }
    }

    /// <summary>Says which lines were left out, what else should be known, and whether arrivals come in batches; true when those are to be spread.</summary>
    public static bool Describe(Trace trace, SimulateSettings settings)
    {
        if (trace.LinesSkipped > 0) Say($"malformed lines left out: {trace.LinesSkipped}; the first is {trace.FirstFault}.");
        if (trace.Note is { } note) Say($"{note}.");
        var batches = ArrivalBatches.Of(trace.Requests);
        if (!batches.AreBatched) return false;
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"arrivals come in batches ({batches.DistinctTimes} different times for {batches.Requests} requests, mostly {batches.TickUs / 1e6:0.###} s apart); ");
        Say(found + (settings.SpreadsBatches
            ? "they are spread at random over that time (--spread-batches false leaves them as they are)."
            : "they are left as they are (--spread-batches false)."));
        return settings.SpreadsBatches;
    }

    /// <summary>Batched arrivals spread by a seed.</summary>
    public static Trace Spread(Trace trace, ulong seed) => trace.SpreadBatches(new RandomStream(seed, "spread-batches"));

    private static Trace WithSessions(Trace trace, SimulateSettings settings) =>
        settings.Clients.Loop is not SessionLoop || trace.Requests.Any(request => request.Turn is not null)
            ? trace
            : throw new UsageException("--closed-loop needs a trace with sessions, and this one has none; --users makes a closed loop without.");

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
