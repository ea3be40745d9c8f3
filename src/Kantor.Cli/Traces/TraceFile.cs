using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Traces;

/// <summary>The trace that a verb reads, and how.</summary>
internal sealed record TraceFile(string Path, TraceReadOptions Options)
{
    /// <summary>Reads it; what should be known about it goes to standard error.</summary>
    public Trace Load(CancellationToken cancellation)
    {
        try
        {
            var trace = Trace.Load(TraceReader.Open(Path, Options), cancellation: cancellation);
            if (trace.LinesSkipped > 0) Say($"malformed lines left out: {trace.LinesSkipped}; the first is {trace.FirstFault}.");
            if (trace.Note is { } note) Say($"{note}.");
            return trace;
        }
        catch (TraceException exception)
        {
            throw new UsageException(exception.Message);
        }
    }

    /// <summary>Says whether arrivals come in batches, and spreads them at random over the time of one if that is wanted.</summary>
    public static Trace Spread(Trace trace, bool spreads, ulong seed)
    {
        var batches = ArrivalBatches.Of(trace.Requests);
        if (!batches.AreBatched) return trace;
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"arrivals come in batches, mostly {batches.TickUs / 1e6:0.###} s apart; they are "
            + $"{(spreads ? "spread at random over that time" : "left as they are")}."));
        return spreads ? trace.SpreadBatches(new RandomStream(seed, "spread-batches")) : trace;
    }

    public static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}

/// <summary>The argument and options that every verb that reads a trace has.</summary>
internal sealed class TraceFileOptions
{
    public Argument<string?> File { get; } = new("FILE")
    {
        Description = $"Trace: {TraceCommand.Formats}.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Limit { get; } = TextOption.Of("--limit", "N", "Only the first N requests of the file.");

    public Option<bool> SkipBadLines { get; } = new("--skip-bad-lines")
    {
        Description = "Count malformed lines and leave them out, instead of ending with an error.",
    };

    public Option<string?> SessionGap { get; } = TextOption.Of(
        "--session-gap", "S",
        "Mean seconds between the starts of sessions where the trace records none (kv-cache-tester); they are random. Default: 60.");

    public void AddTo(Command command)
    {
        command.Add(File);
        command.Add(Limit);
        command.Add(SkipBadLines);
        command.Add(SessionGap);
    }

    /// <summary>The input; what is wrong with it is added to <paramref name="checks"/>.</summary>
    public TraceFile Read(ParseResult parsed, OptionChecks checks, ulong seed) => new(
        checks.Path("FILE", parsed.GetValue(File), isNeeded: true) ?? "",
        new TraceReadOptions
        {
            RequestsLimit = checks.Whole("--limit", parsed.GetValue(Limit), 1, int.MaxValue),
            SkipsBadLines = parsed.GetValue(SkipBadLines),
            SessionGapS = checks.Number("--session-gap", parsed.GetValue(SessionGap), 1e-6, 1e9) ?? new TraceReadOptions().SessionGapS,
            SessionStartSeed = seed,
        });
}
