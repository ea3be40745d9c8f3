using System.Diagnostics;
using System.Globalization;
using Kantor.Cli.Simulate;
using Kantor.Core.Batching;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Reports.Runs;
using Kantor.Simulation;
using Kantor.Workloads.Traces;
using Trace = Kantor.Workloads.Traces.Trace;

namespace Kantor.Cli.Scenarios;

/// <summary>Loads or draws the workload of a scenario, runs every pair of policies on it and writes the reports.</summary>
internal sealed class ScenarioRun(Scenario scenario, ScenarioSettings settings)
{
    private readonly List<RunReport> _reports = [];

    /// <summary>Does all of it; returns the exit code.</summary>
    public int Execute(CancellationToken cancellation)
    {
        foreach (var (option, path) in settings.Reports) ReportFile.RequireWritable(option, path);
        var trace = Prepare(cancellation, out var batchesSpread);
        try
        {
            RunAll(trace, cancellation);
        }
        finally
        {
            if (_reports.Count > 0) SimulateTable.Write(settings.ReportTakesStandardOutput ? Console.Error : Console.Out, _reports, Header(trace));
        }

        WriteReports(Parameters(trace, batchesSpread));
        return ExitCode.Success;
    }

    private Trace Prepare(CancellationToken cancellation, out bool batchesSpread)
    {
        var trace = Load(cancellation);
        if (trace.LinesSkipped > 0) Say($"malformed lines left out: {trace.LinesSkipped}; the first is {trace.FirstFault}.");
        if (trace.Note is { } note) Say($"{note}.");
        batchesSpread = scenario.Workload.SpreadsBatches && ArrivalBatches.Of(trace.Requests).AreBatched;
        if (batchesSpread)
        {
            trace = trace.SpreadBatches(new RandomStream(scenario.Seed, "spread-batches"));
            Say("arrivals come in batches; they are spread at random over the recorder's tick (spread-batches: false leaves them as they are).");
        }

        if (scenario.Workload.Adapters is { } adapters) trace = trace with { Requests = [.. adapters.Assign(trace.Requests, scenario.Seed)] };
        return trace.ScaleRate(scenario.Workload.RateScale);
    }

    private Trace Load(CancellationToken cancellation)
    {
        try
        {
            return scenario.Workload.Load(settings.Folder, scenario.Seed, cancellation);
        }
        catch (TraceException wrong)
        {
            throw new UsageException($"--scenario {settings.Path}: {wrong.Message}");
        }
    }

    private void RunAll(Trace trace, CancellationToken cancellation)
    {
        var runs = scenario.Fleet.Policies.Count * scenario.Fleet.Routers.Count;
        using var progress = new RunsProgress("runs", runs, (long)runs * trace.Requests.Count, new ProgressLine("simulate", "requests"));
        foreach (var router in scenario.Fleet.Routers)
        {
            foreach (var policy in scenario.Fleet.Policies) _reports.Add(Run(trace, policy, router, progress, cancellation));
        }
    }

    private RunReport Run(Trace trace, Labelled<IBatchPlanner> policy, IRouter router, RunsProgress progress, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var options = scenario.Options(policy.Policy, router, OutputTokensMax(trace)) with { Leaping = settings.Leaps };
            var result = Simulator.Run(trace.Requests, options, progress.NewObserver(), cancellation);
            progress.RunEnded();
            if (result.PlansRefused > 0) Say($"{result.PlansRefused} plans of '{policy.Label}' were wrong and fcfs planned in their place; the last fault: {result.LastPlanFault}");
            return RunReport.Of(result, Stopwatch.GetElapsedTime(started).TotalSeconds) with { Policy = policy.Label };
        }
        catch (SimulationException exception)
        {
            throw new FailureException(exception.Message);
        }
    }

    private int OutputTokensMax(Trace trace) => scenario.Clients.OutputTokensMax ?? trace.OutputTokensMaxDefault;

    private string Header(Trace trace)
    {
        var decode = scenario.Decode is { } apart ? ", then " + Describe(apart.Pool) : "";
        var text = string.Create(CultureInfo.InvariantCulture, $"{scenario.Workload.Name}: {trace.Requests.Count} requests in {trace.Requests[^1].ArrivalUs / 1e6:0.#} s; ");
        return $"{text}{Describe(scenario.Fleet.Pool)}{decode}; objectives {ObjectiveText.Of(scenario.Objective)}; {ClientValidation.Describe(scenario.Clients.Options)}";
    }

    private static string Describe(PoolPlan pool) => string.Create(
        CultureInfo.InvariantCulture,
        $"{pool.Replicas} × {pool.Profile.Name}, {pool.Kv.BlocksTotal * (long)pool.Kv.BlockSizeTokens} KV tokens, steps of {pool.Limits.StepTokensMax} tokens");

    private RunParameters Parameters(Trace trace, bool batchesSpread)
    {
        var pool = scenario.Fleet.Pool;
        return new RunParameters
        {
            Scenario = Path.GetFileName(settings.Path),
            Trace = scenario.Workload.Name,
            Format = trace.FormatName,
            LinesSkipped = trace.LinesSkipped,
            BatchesSpread = batchesSpread,
            RateScale = scenario.Workload.RateScale,
            Seed = scenario.Seed,
            Clients = ClientValidation.Describe(scenario.Clients.Options),
            Profile = pool.Profile.Name,
            Predictor = pool.Predictor.Label,
            Replicas = pool.Replicas,
            StepTokensMax = pool.Limits.StepTokensMax,
            RunningMax = pool.Limits.RunningMax,
            KvTokens = pool.Kv.BlocksTotal * (long)pool.Kv.BlockSizeTokens,
            BlockSizeTokens = pool.Kv.BlockSizeTokens,
            PrefixCaching = pool.Kv.PrefixCaching,
            OutputTokensMax = OutputTokensMax(trace),
            Slo = scenario.Slo.ToString(),
        };
    }

    private void WriteReports(RunParameters parameters)
    {
        foreach (var (option, path) in settings.Reports)
        {
            ReportFile.Write(option, path, stream =>
            {
                if (option == "--json") ReportJson.Write(stream, parameters, _reports);
                else if (option == "--csv") ReportFile.WriteText(stream, writer => ReportCsv.Write(writer, _reports));
                else ReportFile.WriteText(stream, writer => SimulateHtml.Write(writer, parameters, settings.Command, _reports));
            });
        }
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
