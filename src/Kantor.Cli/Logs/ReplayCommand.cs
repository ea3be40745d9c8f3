using System.CommandLine;
using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.EventLogs.Records;
using Kantor.EventLogs.Replaying;

namespace Kantor.Cli.Logs;

/// <summary><c>kantor replay</c>: where other policies would have decided otherwise than a log.</summary>
internal static class ReplayCommand
{
    private const int ShownUsual = 10;

    private static readonly Argument<string> Log = new("LOG") { Description = "Event log of 'kantor simulate' or 'kantor serve' (--event-log)." };

    private static readonly Option<string?> Policy = new("--policy")
    {
        Description = $"Batch policies to ask, apart by ','; {TypedPolicies.Form}. Default: the log's own, which must decide as it did.",
        HelpName = "NAMES",
    };

    private static readonly Option<string?> Assembly = new(PolicyAssembly.Option)
    {
        Description = "Assemblies with further policies, apart by ','.",
        HelpName = "FILES",
    };

    private static readonly Option<int?> Replica = new("--replica") { Description = "Which replica. Default: the only one.", HelpName = "N" };

    private static readonly Option<int> Differences = new("--differences")
    {
        Description = "Most differences that are listed per policy.",
        HelpName = "N",
        DefaultValueFactory = _ => ShownUsual,
    };

    private static readonly Option<string?> Json = new("--json")
    {
        Description = "Write the result as JSON; - for the standard output.",
        HelpName = "FILE",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "replay",
            "Goes through an event log, plan by plan, and asks policies what they would have done at each of them. What was done is then\n"
            + "done again, so every answer is about the moment of the log, and not about a run that the policy alone would have had.\n"
            + "Step times that a policy asks are fitted to the log's own steps.\n"
            + "Exit code: 0 done, 1 the log contradicts itself, 2 wrong usage or file, 130 interrupted.\n\n"
            + "Example: kantor replay served.jsonl.gz --policy svf:backfilling=false,sarathi")
        {
            Log, Policy, Assembly, Replica, Differences, Json,
        };
        Differences.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var most) && most < 0)
            {
                result.AddError($"--differences is {most}; it must be at least 0.");
            }
        });
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(parsed, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancellation)
    {
        KnownPolicies.Add(parsed.GetValue(Assembly));
        var reports = new ReportPaths(parsed.GetValue(Json), null, null);
        UsageException.ThrowIfAny([.. reports.Errors()]);
        reports.RequireWritable();
        var log = LogPolicies.Open(parsed.GetValue(Log)!);
        var replica = LogPolicies.Replica(log, parsed.GetValue(Replica));
        var results = Policies(parsed.GetValue(Policy) ?? replica.Policy)
            .Select(policy => LogPolicies.Options(replica, policy) with { ShownMax = parsed.GetValue(Differences) })
            .ToList()
            .ConvertAll(options => LogPolicies.Run(log, replica, options, cancellation));
        Write(reports.Tables, log, replica, results);
        reports.Write(json => ReplayJson.Write(json, replica, results), _ => { }, _ => { });
        return ExitCode.Success;
    }

    private static string[] Policies(string typed) => typed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static void Write(TextWriter writer, EventLog log, ReplicaRecord replica, List<ReplayResult> results)
    {
        writer.WriteLine($"{log.Header.Host}, replica {replica.Replica}, planned by {replica.Policy}");
        TextTable.Write(writer, ["policy", "plans", "otherwise", "share", "faulty", "tokens otherwise", "admits", "admits not", "preempts", "preempts not"], 1, results.Select(Row));
        var beganUs = log.Records.OfType<ArrivedRecord>().FirstOrDefault()?.AtUs ?? 0;
        foreach (var result in results)
        {
            if (result.FirstFault is { } fault) writer.WriteLine($"{result.Policy}: first fault: {fault}");
            foreach (var difference in result.Shown) writer.WriteLine(Sentence(result.Policy, difference, beganUs));
        }
    }

    private static string[] Row(ReplayResult result) =>
    [
        result.Policy,
        TextTable.Whole(result.Plans),
        TextTable.Whole(result.PlansOtherwise),
        result.Plans == 0 ? "–" : TextTable.Share((double)result.PlansOtherwise / result.Plans),
        TextTable.Whole(result.PlansFaulty),
        TextTable.Whole(Count(result, pair => pair.Recorded == pair.Judged)),
        TextTable.Whole(Count(result, pair => pair.Judged == PlanActionKind.Admit && pair.Recorded != PlanActionKind.Admit)),
        TextTable.Whole(Count(result, pair => pair.Recorded == PlanActionKind.Admit && pair.Judged != PlanActionKind.Admit)),
        TextTable.Whole(Count(result, pair => pair.Judged == PlanActionKind.Preempt && pair.Recorded != PlanActionKind.Preempt)),
        TextTable.Whole(Count(result, pair => pair.Recorded == PlanActionKind.Preempt && pair.Judged != PlanActionKind.Preempt)),
    ];

    private static int Count(ReplayResult result, Func<(PlanActionKind Recorded, PlanActionKind Judged), bool> which) =>
        result.Counts.Where(pair => which(pair.Key)).Sum(pair => pair.Value);

    private static string Sentence(string policy, in PlanDifference difference, long beganUs)
    {
        var whom = difference.Request is { } request ? $"request {request}" : "everybody";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"  +{(difference.AtUs - beganUs) / 1e6:0.000000} s, {whom}: {difference.Recorded} in the log, {difference.Judged} by {policy}");
    }
}
