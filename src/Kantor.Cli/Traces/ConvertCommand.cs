using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Core.Randomness;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary><c>kantor trace convert</c>: a trace of any format in Mooncake's.</summary>
internal static class ConvertCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var input = new TraceFileOptions();
        var output = TextOption.Of("--out", "FILE", "Where to write; gzip if the name ends in .gz; - for the standard output. Needed.");
        var spread = TextOption.Of(
            "--spread-batches", "true|false",
            "Whether arrivals that the recorder lumped together are spread at random over its tick. Either way it is said. Default: true.");
        var seed = TextOption.Of("--seed", "N", "Seed of that, and of the starts of sessions (--session-gap). Default: 1.");
        var command = new Command(
            "convert",
            "Writes a trace in Mooncake's form: timestamp in whole ms, input_length, output_length, hash_ids for 512 tokens each, in order "
            + "of arrival.\n\n"
            + "Smaller blocks are put together; unknown content gets ids that occur once. Sessions and waiting times are lost, their times "
            + "are not.\n"
            + "Exit code: 0 done, 1 the file cannot be written, 2 wrong usage or trace, 130 interrupted.\n\n"
            + "Examples: kantor trace convert azure.csv.gz --out azure.jsonl.gz\n"
            + "          kantor trace convert sessions.jsonl.gz --session-gap 30 --limit 1000 --out -");
        input.AddTo(command);
        command.Add(output);
        command.Add(spread);
        command.Add(seed);
        command.SetAction((parsed, cancellation) => Task.Run(
            () =>
            {
                var checks = new OptionChecks();
                var seeded = checks.Seed(parsed.GetValue(seed));
                var trace = input.Read(parsed, checks, seeded);
                var path = checks.Output("--out", parsed.GetValue(output), isNeeded: true);
                var spreads = checks.TrueOrFalse("--spread-batches", parsed.GetValue(spread), otherwise: true);
                if (path is not null && path == trace.Path) checks.Add($"--out '{path}' is the trace itself; give another file.");
                checks.ThrowIfAny();
                return Execute(trace, path!, spreads, seeded, cancellation);
            },
            CancellationToken.None));
        return command;
    }

    private static int Execute(TraceFile input, string path, bool spreads, ulong seed, CancellationToken cancellation)
    {
        var trace = TraceFile.Spread(input.Load(cancellation), spreads, seed);
        var blocks = new MooncakeBlocks();
        try
        {
            var requests = trace.Requests.Select(blocks.Regroup).ToList();
            OutputFile.Write("--out", path, stream => MooncakeWriter.Write(stream, requests));
            TraceFile.Say($"{requests.Count} requests written.");
            return ExitCode.Success;
        }
        catch (TraceException exception)
        {
            throw new UsageException($"{input.Path}: {exception.Message}");
        }
    }
}
