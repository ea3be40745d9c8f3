using System.Diagnostics;
using System.Globalization;
using Kantor.Core.Batching;
using Kantor.Core.Randomness;
using Kantor.Core.Routing;
using Kantor.Simulation;
using Kantor.Simulation.Reports;
using Kantor.Simulation.Traces;
using Kantor.Simulation.Workloads;
using Trace = Kantor.Simulation.Traces.Trace;

namespace Kantor.Cli.Simulate;

/// <summary>Loads the trace, runs every policy on it and writes the reports. Results on standard output, everything else on standard error.</summary>
internal sealed class SimulateRun(SimulateSettings settings)
{
    private readonly List<RunReport> _reports = [];

    public int Execute(CancellationToken cancellation)
    {
        RequireWritable("--json", settings.JsonPath);
        RequireWritable("--csv", settings.CsvPath);
        var trace = Prepare(Load(cancellation), out var batchesSpread);
        try
        {
            foreach (var router in settings.Routers)
            {
                foreach (var planner in settings.Planners) _reports.Add(Run(trace, planner, router, cancellation));
            }
        }
        finally
        {
            if (_reports.Count > 0) SimulateTable.Write(settings.ReportTakesStandardOutput ? Console.Error : Console.Out, _reports, Header(trace));
        }

        WriteReports(Parameters(trace, batchesSpread));
        return ExitCode.Success;
    }

    private Trace Load(CancellationToken cancellation)
    {
        var options = new TraceReadOptions { SkipsBadLines = settings.SkipsBadLines, RequestsLimit = settings.RequestsLimit };
        try
        {
            return Trace.Load(settings.TracePath is { } path ? TraceReader.Open(path, options) : SampleTrace.Open(options), cancellation: cancellation);
        }
        catch (TraceException exception)
        {
            throw new UsageException($"--trace: {exception.Message}");
        }
    }

    private Trace Prepare(Trace trace, out bool batchesSpread)
    {
        if (trace.LinesSkipped > 0) Say($"malformed lines left out: {trace.LinesSkipped}; the first is {trace.FirstFault}.");
        var batches = ArrivalBatches.Of(trace.Requests);
        batchesSpread = batches.AreBatched && settings.SpreadsBatches;
        if (batches.AreBatched)
        {
            var found = string.Create(
                CultureInfo.InvariantCulture,
                $"arrivals come in batches ({batches.DistinctTimes} different times for {batches.Requests} requests, mostly {batches.TickUs / 1e6:0.###} s apart); ");
            Say(found + (batchesSpread
                ? "they are spread at random over that time (--spread-batches false leaves them as they are)."
                : "they are left as they are (--spread-batches false)."));
        }

        if (batchesSpread) trace = trace.SpreadBatches(new RandomStream(settings.Seed, "spread-batches"));
        return trace.ScaleRate(settings.RateScale);
    }

    private RunReport Run(Trace trace, IBatchPlanner planner, IRouter router, CancellationToken cancellation)
    {
        using var progress = new SimulateProgress($"{planner.Name} {router.Name}", trace.Requests.Count);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = Simulator.Run(trace.Requests, Options(trace, planner, router), progress, cancellation);
            progress.Dispose();
            if (result.PlansRefused > 0) Say($"{result.PlansRefused} plans of '{planner.Name}' were wrong and fcfs planned in their place; the last fault: {result.LastPlanFault}");
            return RunReport.Of(result, settings.Slo, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        catch (SimulationException exception)
        {
            throw new FailureException(exception.Message);
        }
    }

    private SimulationOptions Options(Trace trace, IBatchPlanner planner, IRouter router) => new()
    {
        Planner = planner,
        Router = router,
        Replicas = settings.Replicas,
        Limits = settings.Limits,
        Kv = settings.Kv,
        StepTime = settings.Profile.StepTime,
        NewPredictor = settings.NewPredictor,
        OutputTokensMax = settings.OutputTokensMax ?? trace.OutputTokensMaxDefault,
    };

    private string TraceName => settings.TracePath is { } path ? Path.GetFileName(path) : SampleTrace.Name + " (synthetic, ships with kantor)";

    private string Header(Trace trace) => string.Create(
        CultureInfo.InvariantCulture,
        $"{TraceName}: {trace.Requests.Count} requests in {trace.Requests[^1].ArrivalUs / 1e6:0.#} s; "
        + $"{settings.Replicas} × {settings.Profile.Name}, {settings.Kv.BlocksTotal * (long)settings.Kv.BlockSizeTokens} KV tokens, steps of {settings.Limits.StepTokensMax} tokens; objectives {settings.Slo}");

    private RunParameters Parameters(Trace trace, bool batchesSpread) => new()
    {
        Trace = settings.TracePath is { } path ? Path.GetFileName(path) : SampleTrace.Name,
        Format = trace.FormatName,
        LinesSkipped = trace.LinesSkipped,
        BatchesSpread = batchesSpread,
        RateScale = settings.RateScale,
        Seed = settings.Seed,
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
        if (settings.JsonPath is { } json) WriteTo("--json", json, stream => ReportJson.Write(stream, parameters, _reports));
        if (settings.CsvPath is { } csv) WriteTo("--csv", csv, stream => WriteCsv(stream));
    }

    private void WriteCsv(Stream stream)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true);
        ReportCsv.Write(writer, _reports);
    }

    private static void WriteTo(string option, string path, Action<Stream> write)
    {
        try
        {
            using var stream = path == SimulateSettings.StandardOutput ? Console.OpenStandardOutput() : File.Create(path);
            write(stream);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FailureException($"{option} '{path}' cannot be written: {exception.Message}");
        }
    }

    /// <summary>Said before the run, not after it.</summary>
    private static void RequireWritable(string option, string? path)
    {
        if (path is null or SimulateSettings.StandardOutput) return;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (Directory.Exists(path)) throw new UsageException($"{option} '{path}' is a folder; give a file.");
        if (!Directory.Exists(folder)) throw new UsageException($"{option} '{path}': the folder {folder} is not there.");
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
