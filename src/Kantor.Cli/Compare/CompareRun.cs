using System.Collections.Concurrent;
using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Reports.Comparisons;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Compare;

/// <summary>
/// Finds the knee, chooses options where that is asked for, runs every policy at every load on the same requests, and writes the reports.
/// What is finished when it is interrupted is reported.
/// </summary>
internal sealed class CompareRun(CompareSettings settings)
{
    private readonly ConcurrentDictionary<RunKey, Outcome> _outcomes = new();
    private readonly ObjectiveFigure _figure = ObjectiveFigure.For(settings.Scenario.Objective);

    public int Execute(CancellationToken cancellation)
    {
        settings.Run.Reports.RequireWritable();
        var source = WorkloadSource.Open(settings.Scenario, settings.Run, cancellation);
        var replicates = Replicates.Of(source, settings.Scenario, settings.Replicates, settings.Tunes);
        RequireRequests(replicates);
        var report = Compare(source, replicates, cancellation);
        WriteReports(report);
        if (!report.IsComplete) return ExitCode.Interrupted;
        return report.Rows.Any(row => row.Failures.Count > 0) ? ExitCode.Failure : ExitCode.Success;
    }

    private ComparisonReport Compare(WorkloadSource source, Replicates replicates, CancellationToken cancellation)
    {
        var runner = new Runner(settings.Scenario, settings.Run.Leaps, source.OutputTokensMax(settings.Scenario), cancellation);
        var knee = FindKnee(runner, replicates.Whole);
        var policies = settings.Tunes ? Tune(runner, replicates.Tuning!, knee) : settings.Policies;
        RunAll(runner, policies, replicates.Reported, knee, cancellation);
        var rows = new CompareRows(_outcomes, _figure, policies[0], [.. replicates.Reported.Select(replicate => replicate.Name)]);
        var report = Report(source, replicates, knee, policies, rows);
        if (!settings.TriesOtherWorlds || !report.IsComplete) return report;
        var worlds = OtherWorlds.Of(settings.Decision);
        var others = new OtherWorlds(worlds, runner, _figure, knee.RateScale * settings.TuningLoad, Threads(runner));
        return report with { Sensitivity = others.Run(report, settings.TuningLoad, policies, replicates.Reported) };
    }

    private void RequireRequests(Replicates replicates)
    {
        if (replicates.Reported.All(replicate => replicate.Requests.Requests.Count > 0)) return;
        throw new UsageException(
            $"--seeds {settings.Replicates}: the trace has {replicates.Whole.Requests.Requests.Count} requests, too few for so many "
            + "windows.");
    }

    private Knee FindKnee(Runner runner, Replicate whole)
    {
        var baseline = settings.Policies[0];
        var knee = settings.KneeRateScale is { } given
            ? new Knee(given, null, "given")
            : Search(runner, whole)
                ?? throw new FailureException(
                    $"{baseline.Label} has no knee on this trace: it does well, or badly, at every rate; give one with --knee.");
        var rate = TraceStatistics.RateOf(whole.Requests.ScaleRate(knee.RateScale).Requests);
        return knee with { ArrivalsPerS = rate is { } perS ? Math.Round(perS, 6) : null };
    }

    private Knee? Search(Runner runner, Replicate whole)
    {
        Knee? found = null;
        var counts = new WorkCounts("knee", "requests", null);
        WorkProgress.Run(counts, () => found = KneeSearch.Find(
            settings.Scenario.Objective, scale => runner.Run(settings.Policies[0], whole, scale, counts).Report));
        return found;
    }

    private ComparedPolicy[] Tune(Runner runner, Replicate on, Knee knee)
    {
        var tuned = new ComparedPolicy[settings.Policies.Count];
        var scale = knee.RateScale * settings.TuningLoad;
        var counts = new WorkCounts("tune", null, null, ("policies", tuned.Length));
        WorkProgress.Run(counts, () => Parallel.For(0, tuned.Length, Threads(runner), index =>
        {
            tuned[index] = Tuning.Best(settings.Policies[index], policy => runner.ValueOf(_figure, policy, on, scale), _figure.IsBetter);
            counts.PartEnded();
        }));
        // The baseline stays as people run it; tuned, it is one more opponent.
        var baseline = settings.Policies[0];
        return [baseline, .. tuned.DistinctBy(policy => policy.Label).Where(policy => policy.Label != baseline.Label)];
    }

    private ParallelOptions Threads(Runner runner) =>
        new() { MaxDegreeOfParallelism = settings.Threads, CancellationToken = runner.Cancellation };

    private void RunAll(
        Runner runner, IReadOnlyList<ComparedPolicy> policies, IReadOnlyList<Replicate> replicates, Knee knee,
        CancellationToken cancellation)
    {
        var all = from load in settings.Loads from replicate in replicates from policy in policies select (policy, load, replicate);
        var tasks = all.ToArray();
        var requests = tasks.Sum(task => (long)task.replicate.Requests.Requests.Count);
        var counts = new WorkCounts("compare", "requests", requests, ("runs", tasks.Length));
        WorkProgress.Run(counts, () =>
        {
            try
            {
                Parallel.ForEach(Partitioner.Create(tasks, EnumerablePartitionerOptions.NoBuffering), Threads(runner), task =>
                {
                    _outcomes[new RunKey(task.policy.Label, task.load, task.replicate.Name)] =
                        runner.TryRun(task.policy, task.replicate, knee.RateScale * task.load, counts);
                    counts.PartEnded();
                });
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                // What is finished is there; that others are not tells the report.
            }
        });
    }

    private ComparisonReport Report(
        WorkloadSource source, Replicates replicates, Knee knee, IReadOnlyList<ComparedPolicy> policies, CompareRows rows) => new()
        {
            Trace = source.Name,
            Format = source.Format,
            Fleet = RunWords.Of(settings.Scenario.Fleet),
            Routing = settings.Scenario.Fleet.Routers[0].Name,
            Predictor = settings.Scenario.Fleet.Pool.Predictor.Label,
            Decision = settings.Decision.Name,
            Planner = settings.Scenario.Fleet.Policies[0].Label,
            Admission = settings.Scenario.Fleet.Admission.Name,
            Objective = settings.Scenario.Objective,
            Baseline = policies[0].Label,
            Knee = knee,
            ReplicateKind = replicates.Kind,
            RequestsPerReplicate = replicates.Reported[0].Requests.Requests.Count,
            Notes = [.. replicates.Notes, .. TuningNotes()],
            Command = settings.Run.Command,
            RunsTotal = settings.Loads.Count * replicates.Reported.Count * policies.Count,
            Rows = [.. from load in settings.Loads from policy in policies select rows.Of(policy, load)],
        };

    private IEnumerable<string> TuningNotes() => settings.Tunes
        ? [$"Options were chosen one after the other on other requests at {settings.TuningLoad} × the knee; the baseline is as written."]
        : [];

    private void WriteReports(ComparisonReport report)
    {
        CompareTable.Write(settings.Run.Reports.Tables, report);
        foreach (var row in report.Rows)
        {
            foreach (var (replicate, message) in row.Failures) Say($"{row.Policy} at {row.Load}, {replicate}: {message}");
        }

        if (!report.IsComplete) Say("interrupted: what is finished is reported.");
        settings.Run.Reports.Write(
            json => ComparisonJson.Write(json, report),
            csv => ComparisonCsv.Write(csv, report),
            html => ComparisonHtml.Write(html, report));
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
