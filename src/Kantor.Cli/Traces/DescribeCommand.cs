using System.CommandLine;
using System.Text.Json;
using Kantor.Cli.Shell;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary><c>kantor trace describe</c>: the statistics of a trace.</summary>
internal static class DescribeCommand
{
    private static readonly JsonSerializerOptions Json =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var input = new TraceFileOptions();
        var json = TextOption.Of("--json", "FILE", "Write the statistics as JSON; - for the standard output, in place of the table.");
        var seed = TextOption.Of("--seed", "N", "Seed of the starts of sessions (--session-gap). Default: 1.");
        var command = new Command(
            "describe",
            "Prints what a trace is like: requests, span, rate, how uneven the gaps are, lengths, reuse of blocks, sessions. Quantiles are "
            + "by nearest rank.\n\n"
            + "Reuse is that of an endless cache, in order of arrival, at the block size of the trace: rates of different block sizes do "
            + "not compare.\n"
            + "Exit code: 0 done, 1 the JSON cannot be written, 2 wrong usage or trace, 130 interrupted.\n\n"
            + "Examples: kantor trace describe trace.jsonl.gz\n"
            + "          kantor trace describe sessions.jsonl.gz --session-gap 10 --json -");
        input.AddTo(command);
        command.Add(json);
        command.Add(seed);
        command.SetAction((parsed, cancellation) => Task.Run(
            () =>
            {
                var checks = new OptionChecks();
                var trace = input.Read(parsed, checks, checks.Seed(parsed.GetValue(seed)));
                var jsonPath = checks.Output("--json", parsed.GetValue(json), isNeeded: false);
                checks.ThrowIfAny();
                return Execute(trace, jsonPath, cancellation);
            },
            CancellationToken.None));
        return command;
    }

    private static int Execute(TraceFile input, string? jsonPath, CancellationToken cancellation)
    {
        var trace = input.Load(cancellation);
        var statistics = TraceStatistics.Of(trace.Requests);
        if (jsonPath != ReportFile.StandardOutput) DescribeTable.Write(Console.Out, Path.GetFileName(input.Path), trace, statistics);
        if (jsonPath is not null) OutputFile.Write("--json", jsonPath, stream => WriteJson(stream, input, trace, statistics));
        return ExitCode.Success;
    }

    private static void WriteJson(Stream stream, TraceFile input, Trace trace, TraceStatistics statistics)
    {
        JsonSerializer.Serialize(
            stream, new Description(Path.GetFileName(input.Path), trace.FormatName, trace.LinesSkipped, trace.Note, statistics), Json);
        stream.WriteByte((byte)'\n');
    }

    private sealed record Description(string File, string Format, long LinesSkipped, string? Note, TraceStatistics Statistics);
}
