using System.Collections.Concurrent;
using System.Diagnostics;
using Kantor.Cli.Simulate;
using Kantor.Reports.Runs;
using Kantor.Reports.Sweeps;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;
using Trace = Kantor.Workloads.Traces.Trace;

namespace Kantor.Cli.Sweep;

/// <summary>
/// Simulates the cells of a grid on all cores and writes the reports. An interrupted sweep reports the cells that are finished; a cell whose
/// policy fails does not keep the others from running.
/// </summary>
internal sealed class SweepRun(SweepSettings settings)
{
    /// <summary>Cells of a sweep whose page still shows the course of time.</summary>
    private const int TimelinesMax = 200;

    private readonly SweepCell?[] _cells = new SweepCell?[settings.Tasks.Count];
    private readonly SweepFailure?[] _failures = new SweepFailure?[settings.Tasks.Count];

    public int Execute(CancellationToken cancellation)
    {
        settings.Shared.RequireWritable();
        var source = SweepSource.Open(settings.Shared, cancellation);
        Simulate(source, cancellation);
        var sweep = Report(source);
        WriteReports(sweep);
        if (!sweep.IsComplete) return ExitCode.Interrupted;
        return sweep.Failures.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private void Simulate(SweepSource source, CancellationToken cancellation)
    {
        using var progress = new RunsProgress("cells", _cells.Length, (long)_cells.Length * source.Requests, new ProgressLine("sweep", "requests"));
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = settings.Threads, CancellationToken = cancellation };
        // Cells differ much in length, so each thread takes one at a time.
        var tasks = Partitioner.Create(Enumerable.Range(0, _cells.Length), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(tasks, parallel, index => SimulateCell(index, source, progress, cancellation));
        }
        catch (OperationCanceledException)
        {
            // What is finished is reported.
        }
    }

    private void SimulateCell(int index, SweepSource source, RunsProgress progress, CancellationToken cancellation)
    {
        var (point, cell) = settings.Tasks[index];
        var trace = source.TraceOf(point.Seed, point.RateScale);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var options = cell.Options(cell.Planners[0], cell.Routers[0], source.OutputTokensMax);
            var result = Simulator.Run(trace.Requests, options, progress.NewObserver(), cancellation);
            if (result.PlansRefused > 0) Say($"{point}: {result.PlansRefused} plans were wrong and fcfs planned in their place; the last fault: {result.LastPlanFault}");
            var report = RunReport.Of(result, Stopwatch.GetElapsedTime(started).TotalSeconds);
            _cells[index] = new SweepCell(point, ArrivalsPerS(trace), KeepsTimeline(point) ? report : report with { Timeline = null, Curves = null });
        }
        catch (SimulationException exception)
        {
            _failures[index] = new SweepFailure(point, exception.Message);
        }

        progress.RunEnded();
    }

    /// <summary>A page shows the course of one seed, and not of thousands of cells.</summary>
    private bool KeepsTimeline(SweepPoint point) => settings.Tasks.Count <= TimelinesMax && point.Seed == settings.Tasks[0].Point.Seed;

    private SweepReport Report(SweepSource source) => new()
    {
        Trace = source.Name,
        Format = source.Format,
        Requests = source.Requests,
        LinesSkipped = source.LinesSkipped,
        BatchesSpread = source.BatchesSpread,
        Profile = settings.Shared.Profile.Name,
        Predictor = settings.Shared.PredictorName,
        RunningMax = settings.Shared.Limits.RunningMax,
        BlockSizeTokens = settings.Shared.Kv.BlockSizeTokens,
        PrefixCaching = settings.Shared.Kv.PrefixCaching,
        OutputTokensMax = source.OutputTokensMax,
        Slo = settings.Shared.Slo.ToString(),
        Command = settings.Command,
        CellsTotal = _cells.Length,
        Cells = [.. _cells.OfType<SweepCell>()],
        Failures = [.. _failures.OfType<SweepFailure>()],
    };

    private void WriteReports(SweepReport sweep)
    {
        SweepTable.Write(settings.Shared.ReportTakesStandardOutput ? Console.Error : Console.Out, sweep);
        foreach (var failure in sweep.Failures) Say($"{failure.Point}: {failure.Message}");
        if (!sweep.IsComplete) Say($"interrupted: {sweep.Cells.Count} of {sweep.CellsTotal} cells are finished and reported.");
        if (settings.Shared.JsonPath is { } json) ReportFile.Write("--json", json, stream => SweepJson.Write(stream, sweep));
        if (settings.Shared.CsvPath is { } csv) ReportFile.Write("--csv", csv, stream => ReportFile.WriteText(stream, writer => SweepCsv.Write(writer, sweep.Cells)));
        if (settings.Shared.HtmlPath is { } html) ReportFile.Write("--html", html, stream => ReportFile.WriteText(stream, writer => SweepHtml.Write(writer, sweep)));
    }

    private static double? ArrivalsPerS(Trace trace)
    {
        return TraceStatistics.RateOf(trace.Requests) is { } rate ? Math.Round(rate, 6) : null;
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
