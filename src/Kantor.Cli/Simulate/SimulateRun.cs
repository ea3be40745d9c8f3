using System.Diagnostics;
using System.Globalization;
using Kantor.Core.Batching;
using Kantor.Core.Routing;
using Kantor.Reports.Runs;
using Kantor.Simulation;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;
using Trace = Kantor.Workloads.Traces.Trace;

namespace Kantor.Cli.Simulate;

/// <summary>Loads the trace, runs every policy on it and writes the reports. Results on standard output, everything else on standard error.</summary>
internal sealed class SimulateRun(SimulateSettings settings)
{
    private readonly List<RunReport> _reports = [];

    public int Execute(CancellationToken cancellation)
    {
        settings.RequireWritable();
        var trace = Prepare(TraceInput.Load(settings, cancellation), out var batchesSpread);
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

    private Trace Prepare(Trace trace, out bool batchesSpread)
    {
        batchesSpread = TraceInput.Describe(trace, settings);
        if (batchesSpread) trace = TraceInput.Spread(trace, settings.Seed);
        return trace.ScaleRate(settings.RateScale);
    }

    private void RunAll(Trace trace, CancellationToken cancellation)
    {
        var runs = settings.Planners.Count * settings.Routers.Count;
        using var progress = new RunsProgress("runs", runs, (long)runs * trace.Requests.Count, new ProgressLine("simulate", "requests"));
        foreach (var router in settings.Routers)
        {
            foreach (var planner in settings.Planners) _reports.Add(Run(trace, planner, router, progress, cancellation));
        }
    }

    private RunReport Run(Trace trace, IBatchPlanner planner, IRouter router, RunsProgress progress, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = Simulator.Run(trace.Requests, settings.Options(planner, router, settings.OutputTokensMax ?? trace.OutputTokensMaxDefault), progress.NewObserver(), cancellation);
            progress.RunEnded();
            if (result.PlansRefused > 0) Say($"{result.PlansRefused} plans of '{planner.Name}' were wrong and fcfs planned in their place; the last fault: {result.LastPlanFault}");
            return RunReport.Of(result, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        catch (SimulationException exception)
        {
            throw new FailureException(exception.Message);
        }
    }

    private string TraceName => settings.TracePath is { } path ? Path.GetFileName(path) : SampleTrace.Name + " (synthetic, ships with kantor)";

    private string Header(Trace trace) => string.Create(
        CultureInfo.InvariantCulture,
        $"{TraceName}: {trace.Requests.Count} requests in {trace.Requests[^1].ArrivalUs / 1e6:0.#} s; "
        + $"{settings.Replicas} × {settings.Profile.Name}, {settings.Kv.BlocksTotal * (long)settings.Kv.BlockSizeTokens} KV tokens, steps of {settings.Limits.StepTokensMax} tokens; objectives {ObjectiveText.Of(settings.Objective)}; {ClientValidation.Describe(settings.Clients)}");

    private RunParameters Parameters(Trace trace, bool batchesSpread) => new()
    {
        Trace = settings.TracePath is { } path ? Path.GetFileName(path) : SampleTrace.Name,
        Format = trace.FormatName,
        LinesSkipped = trace.LinesSkipped,
        BatchesSpread = batchesSpread,
        RateScale = settings.RateScale,
        Seed = settings.Seed,
        Clients = ClientValidation.Describe(settings.Clients),
        Profile = settings.Profile.Name,
        Predictor = settings.PredictorName,
        Replicas = settings.Replicas,
        StepTokensMax = settings.Limits.StepTokensMax,
        RunningMax = settings.Limits.RunningMax,
        KvTokens = settings.Kv.BlocksTotal * (long)settings.Kv.BlockSizeTokens,
        BlockSizeTokens = settings.Kv.BlockSizeTokens,
        PrefixCaching = settings.Kv.PrefixCaching,
        OutputTokensMax = settings.OutputTokensMax ?? trace.OutputTokensMaxDefault,
        Slo = settings.Slo.ToString(),
    };

    private void WriteReports(RunParameters parameters)
    {
        if (settings.JsonPath is { } json) ReportFile.Write("--json", json, stream => ReportJson.Write(stream, parameters, _reports));
        if (settings.CsvPath is { } csv) ReportFile.Write("--csv", csv, stream => ReportFile.WriteText(stream, writer => ReportCsv.Write(writer, _reports)));
        if (settings.HtmlPath is { } html) ReportFile.Write("--html", html, stream => ReportFile.WriteText(stream, writer => SimulateHtml.Write(writer, parameters, settings.Command, _reports)));
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
