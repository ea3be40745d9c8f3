using System.Globalization;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Reports.Runs;

namespace Kantor.Cli.Simulate;

/// <summary>
/// Runs every pair of policies of a scenario and writes the reports. Results on standard output, everything else on standard error.
/// </summary>
internal sealed class SimulateRun(Scenario scenario, RunSettings settings)
{
    /// <summary>Does all of it; returns the exit code.</summary>
    public int Execute(CancellationToken cancellation)
    {
        settings.Reports.RequireWritable();
        var source = WorkloadSource.Open(scenario, settings, cancellation);
        var cells = RunCell.Of(scenario);
        using var log = EventLogFile.Open(settings.EventLog, "simulate", cells.Count);
        var grid = new RunGrid(cells, source, settings.Leaps, log);
        grid.Execute("simulate", "runs", threads: 1, failuresEnd: true, cancellation);
        if (grid.Reports.Count > 0)
        {
            SimulateTable.Write(settings.Reports.Tables, grid.Reports, Header(source));
            if (settings.Certifies) Certify(source, grid.Reports);
        }
        if (grid.Outcomes.FirstOrDefault(outcome => outcome?.Failure is not null) is { } failed)
        {
            throw new FailureException(failed.Failure!);
        }
        if (grid.Reports.Count < grid.Outcomes.Count) throw new OperationCanceledException(cancellation);
        WriteReports(Parameters(source), grid.Reports);
        return ExitCode.Success;
    }

    private void Certify(WorkloadSource source, IReadOnlyList<RunReport> runs)
    {
        if (RunCertificate.Of(scenario, source) is not { } certificate) return;
        foreach (var run in runs) settings.Reports.Tables.WriteLine(certificate.LineOf(run));
    }

    private string Header(WorkloadSource source)
    {
        var lastUs = source.TraceOf(scenario).Requests[^1].ArrivalUs;
        var requests = string.Create(
            CultureInfo.InvariantCulture, $"{scenario.Workload.Title}: {source.Requests} requests in {lastUs / 1e6:0.#} s");
        var decode = scenario.Decode is { } apart ? ", then " + RunWords.Of(apart.Pool) : "";
        return $"{requests}; {RunWords.Of(scenario.Fleet)}{decode}; objectives {RunWords.Of(scenario.Objective)}; "
            + $"{RunWords.Of(scenario.Clients.Options)}";
    }

    private RunParameters Parameters(WorkloadSource source)
    {
        var pool = scenario.Fleet.Pool;
        return new RunParameters
        {
            Scenario = settings.ScenarioFile,
            Trace = source.Name,
            Format = source.Format,
            LinesSkipped = source.LinesSkipped,
            BatchesSpread = source.BatchesSpread,
            RateScale = scenario.Workload.RateScale,
            Seed = scenario.Seed,
            Clients = RunWords.Of(scenario.Clients.Options),
            Profile = string.Join(" + ", scenario.Fleet.Pools.Select(each => each.Profile.Name)),
            Predictor = pool.Predictor.Label,
            Replicas = scenario.Fleet.Replicas,
            StepTokensMax = pool.Limits.StepTokensMax,
            RunningMax = pool.Limits.RunningMax,
            KvTokens = RunWords.KvTokens(pool),
            BlockSizeTokens = pool.Kv.BlockSizeTokens,
            PrefixCaching = pool.Kv.PrefixCaching,
            OutputTokensMax = source.OutputTokensMax(scenario),
            Slo = scenario.Slo.ToString(),
        };
    }

    private void WriteReports(RunParameters parameters, IReadOnlyList<RunReport> reports) => settings.Reports.Write(
        json => ReportJson.Write(json, parameters, reports),
        csv => ReportCsv.Write(csv, reports),
        html => SimulateHtml.Write(html, parameters, settings.Command, reports));
}
