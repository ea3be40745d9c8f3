using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Compare;

/// <summary>Requests on which every policy is tried, at the recorded rate.</summary>
/// <param name="Name">Which they are.</param>
/// <param name="Requests">The requests, the first at time 0.</param>
internal sealed record Replicate(string Name, Trace Requests);

/// <summary>
/// What policies are compared on. A workload that is drawn has a sample for each seed. A trace has one course only: it is cut into windows
/// of equally many requests, each with cold caches; with tuning, into a first half for that and windows of the second.
/// </summary>
internal sealed record Replicates
{
    /// <summary>What they differ in.</summary>
    public required string Kind { get; init; }

    /// <summary>On which the figures are taken.</summary>
    public required IReadOnlyList<Replicate> Reported { get; init; }

    /// <summary>On which options are chosen; null where none are.</summary>
    public Replicate? Tuning { get; init; }

    /// <summary>On which the knee is looked for.</summary>
    public required Replicate Whole { get; init; }

    /// <summary>What should be known about them.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The replicates of a workload.</summary>
    public static Replicates Of(WorkloadSource source, Scenario scenario, int count, bool tunes) =>
        source.IsDrawn ? OfSeeds(source, scenario, count, tunes) : OfWindows(source.TraceOf(scenario.Seed, 1), count, tunes);

    private static Replicates OfSeeds(WorkloadSource source, Scenario scenario, int count, bool tunes)
    {
        Replicate Draw(ulong seed) => new($"seed {seed}", source.TraceOf(seed, 1));
        var reported = Enumerable.Range(0, count).Select(index => Draw(scenario.Seed + (ulong)index)).ToArray();
        return new Replicates
        {
            Kind = "seed",
            Reported = reported,
            Tuning = tunes ? Draw(scenario.Seed + (ulong)count) : null,
            Whole = reported[0],
        };
    }

    private static Replicates OfWindows(Trace trace, int count, bool tunes)
    {
        var (all, from) = (trace.Requests.Count, tunes ? trace.Requests.Count / 2 : 0);
        var size = (all - from) / count;
        return new Replicates
        {
            Kind = "window of the trace",
            Reported = [.. Enumerable.Range(0, count).Select(index => Window(trace, from + (index * size), size, $"window {index + 1}"))],
            Tuning = tunes ? Window(trace, 0, from, "first half") : null,
            Whole = new Replicate("trace", trace),
            Notes =
            [
                $"The trace is cut into {count} windows of {size} requests{(tunes ? " in its second half" : "")}; each begins with cold "
                + "caches and an idle fleet.",
            ],
        };
    }

    private static Replicate Window(Trace trace, int from, int count, string name)
    {
        var originUs = trace.Requests[from].ArrivalUs;
        return new Replicate(name, trace with
        {
            Requests = [.. trace.Requests.Skip(from).Take(count).Select(one => one with { ArrivalUs = one.ArrivalUs - originUs })],
        });
    }
}
