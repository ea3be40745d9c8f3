using System.Globalization;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary>The statistics of a trace for people: a name and a value a line.</summary>
internal static class DescribeTable
{
    private const string Unknown = "–";

    public static void Write(TextWriter writer, string file, Trace trace, TraceStatistics statistics)
    {
        foreach (var (name, value) in Lines(file, trace, statistics))
        {
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-24} {value}"));
        }
    }

    private static IEnumerable<(string Name, string Value)> Lines(string file, Trace trace, TraceStatistics statistics)
    {
        yield return ("file", $"{file} ({trace.FormatName})");
        yield return ("requests", Text($"{statistics.Requests:N0}"));
        yield return ("span", Text($"{statistics.SpanS:N1} s"));
        yield return ("rate", statistics.RatePerS is { } rate ? Text($"{rate:0.##} /s") : Unknown);
        yield return ("gap CV", statistics.GapCv is { } cv ? Text($"{cv:0.##}") : Unknown);
        yield return ("arrival times", ArrivalsOf(statistics.Arrivals));
        yield return ("", "mean / p50 / p90 / p99 / max");
        yield return ("input tokens", Of(statistics.InputTokens));
        yield return ("output tokens", Of(statistics.OutputTokens));
        foreach (var line in ReuseLines(statistics)) yield return line;
        foreach (var line in SessionLines(statistics.Sessions)) yield return line;
        if (statistics.Tenants is { } tenants) yield return ("tenants", Text($"{tenants:N0}"));
        if (trace.LinesSkipped > 0) yield return ("malformed lines", Text($"{trace.LinesSkipped:N0} left out"));
    }

    private static IEnumerable<(string Name, string Value)> ReuseLines(TraceStatistics statistics)
    {
        if (statistics.Reuse is not { } reuse)
        {
            yield return ("blocks", "content unknown");
            yield break;
        }

        yield return ("blocks", Text($"{reuse.Blocks:N0} of {string.Join(", ", reuse.BlockTokens)} tokens"));
        yield return ("blocks seen before", Text($"{(double)reuse.BlocksSeenBefore / reuse.Blocks:0.0 %}"));
        yield return ("prefix seen before", Text($"{(double)reuse.PrefixBlocksSeenBefore / reuse.Blocks:0.0 %}"));
        yield return ("requests with a hit", Text($"{(double)reuse.RequestsWithHit / statistics.Requests:0.0 %}"));
    }

    private static IEnumerable<(string Name, string Value)> SessionLines(TraceSessions? sessions)
    {
        if (sessions is null) yield break;
        yield return ("sessions", Text($"{sessions.Sessions:N0} and {sessions.SubAgents:N0} sub-agents"));
        if (sessions.Turns is { } turns) yield return ("turns of a session", Of(turns));
        if (sessions.ToolThinkMs is { } tool) yield return ("ms before a tool turn", Of(tool));
        if (sessions.HumanThinkMs is { } human) yield return ("ms before a human turn", Of(human));
        if (sessions.OtherThinkMs is { } other) yield return ("ms before another turn", Of(other));
    }

    private static string ArrivalsOf(ArrivalBatches arrivals) => arrivals.AreBatched
        ? Text($"{arrivals.DistinctTimes:N0} different, mostly {arrivals.TickUs / 1e6:0.###} s apart: a recorder's ticks, not the arrivals")
        : Text($"{arrivals.DistinctTimes:N0} different");

    private static string Of(Distribution lengths) =>
        Text($"{lengths.Mean:0} / {lengths.P50} / {lengths.P90} / {lengths.P99} / {lengths.Max}");

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
