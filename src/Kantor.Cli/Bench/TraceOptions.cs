using System.CommandLine;
using Kantor.Cli.Shell;
using Kantor.Cli.Traces;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Bench;

/// <summary>The options that take the load from a recorded trace.</summary>
internal static class TraceOptions
{
    /// <summary>The trace; its presence makes the load an open loop.</summary>
    public static Option<string?> File { get; } = TextOption.Of(
        "--trace", "FILE", $"Send the requests of a trace at their recorded times, instead of --rate: {TraceCommand.Formats}.");

    private static readonly Option<string?> RateScale = TextOption.Of(
        "--rate-scale", "X", "Arrivals X times as dense as in the trace. Default: 1.");
    private static readonly Option<string?> LengthScale = TextOption.Of(
        "--length-scale", "X", "Prompts and answers X times as long as in the trace. Default: 1.");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Option<string?>> All { get; } = [File, RateScale, LengthScale];

    /// <summary>What has no meaning without a trace.</summary>
    public static void AddContradictions(ParseResult parsed, OptionChecks checks)
    {
        if (parsed.GetValue(File) is not null) return;
        foreach (var option in (Option<string?>[])[RateScale, LengthScale])
        {
            if (parsed.GetValue(option) is not null) checks.Add($"{option.Name} has no meaning without --trace.");
        }
    }

    /// <summary>The load with the trace's requests, once all else that was typed is right; without a trace the load itself.</summary>
    /// <exception cref="UsageException">The trace is malformed, or cannot be read.</exception>
    public static BenchLoad With(ParseResult parsed, OptionChecks checks, BenchLoad load, CancellationToken cancellation)
    {
        var path = checks.Path(File.Name, parsed.GetValue(File), isNeeded: false);
        var rate = checks.Number(RateScale.Name, parsed.GetValue(RateScale), 1e-6, 1e6) ?? 1;
        var length = checks.Number(LengthScale.Name, parsed.GetValue(LengthScale), 1e-4, 100) ?? 1;
        if (path is null || checks.Errors.Count > 0) return load;
        var recorded = new TraceFile(path, new TraceReadOptions()).Load(cancellation);
        // Batched arrivals are an artefact of recorders, and spread as simulate spreads them.
        var trace = TraceFile.Spread(recorded, spreads: true, load.Seed).ScaleRate(rate);
        return load with { Trace = trace.Requests, LengthScale = length, Requests = Math.Min(load.Requests, trace.Requests.Count) };
    }
}
