using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.EventLogs.Records;
using Kantor.EventLogs.Replaying;

namespace Kantor.Cli.Logs;

/// <summary><c>kantor explain</c>: what became of one request of a log, and why.</summary>
internal static class ExplainCommand
{
    private static readonly Argument<string> Log = new("LOG") { Description = "Event log of 'kantor simulate' or 'kantor serve' (--event-log)." };

    private static readonly Argument<long> Request = new("REQUEST") { Description = "Number of the request, as the log and 'kantor replay' give it." };

    private static readonly Option<string?> Assembly = new(PolicyAssembly.Option)
    {
        Description = "Assemblies with further policies, apart by ','.",
        HelpName = "FILES",
    };

    private static readonly Option<int?> Replica = new("--replica")
    {
        Description = "Which replica. Default: the one that the request came to first.",
        HelpName = "N",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "explain",
            "Tells what became of one request of an event log, and which terms the policy weighed for it, by replaying the log through its\n"
            + "own policy.\n"
            + "Exit code: 0 done, 1 the log contradicts itself, 2 wrong usage or file, 130 interrupted.\n\n"
            + "Example: kantor explain served.jsonl.gz 17")
        {
            Log, Request, Assembly, Replica,
        };
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        KnownPolicies.Add(parsed.GetValue(Assembly));
        var log = LogPolicies.Open(parsed.GetValue(Log)!);
        var request = parsed.GetValue(Request);
        var replica = LogPolicies.Replica(log, parsed.GetValue(Replica) ?? FirstReplicaOf(log, request));
        var story = new RequestStory(new RequestId(request));
        var result = LogPolicies.Run(log, replica, LogPolicies.Options(replica, replica.Policy) with { Listener = story, Log = story }, cancellation);
        if (story.Lines.Count == 0) throw new UsageException($"request {request} did not come to replica {replica.Replica}.");
        Console.Out.WriteLine($"{log.Header.Host}, replica {replica.Replica}, request {request}, planned by {replica.Policy}");
        foreach (var line in story.Lines) Console.Out.WriteLine(Sentence(line, story.Lines[0].AtUs));
        if (result.PlansOtherwise > 0)
        {
            Console.Error.WriteLine(
                $"kantor: {replica.Policy} would decide {result.PlansOtherwise} of {result.Plans} plans otherwise than it did; the terms may differ too.");
        }

        return ExitCode.Success;
    }

    private static int FirstReplicaOf(EventLog log, long request) =>
        log.Records.OfType<ArrivedRecord>().FirstOrDefault(arrived => arrived.Id == request)?.Replica
            ?? throw new UsageException($"request {request} is not in the log.");

    private static string Sentence(StoryLine line, long firstUs)
    {
        var terms = line.Terms.Count == 0 ? "" : $"  [{string.Join(", ", line.Terms.Select(Words))}]";
        return string.Create(CultureInfo.InvariantCulture, $"  +{(line.AtUs - firstUs) / 1e6:0.000000} s  {line.What}{terms}");
    }

    private static string Words(Term term)
    {
        var age = term.AgeUs == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" ({term.AgeUs / 1e3:0.#} ms old)");
        return string.Create(CultureInfo.InvariantCulture, $"{term.Name} {term.Value:0.###}{age}");
    }
}
