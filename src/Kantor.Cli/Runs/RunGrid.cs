using System.Collections.Concurrent;
using System.Diagnostics;
using Kantor.Cli.Shell;
using Kantor.EventLogs.Recording;
using Kantor.Reports.Runs;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Runs;

/// <summary>
/// Simulates cells, in turn or on several threads. What is finished when it ends, by itself or interrupted, can be reported.
/// </summary>
/// <param name="cells">The cells, in the order in which they are reported.</param>
/// <param name="source">Their requests.</param>
/// <param name="leaps">Whether equal steps are advanced at once.</param>
/// <param name="log">Where what happens is written down, for one cell; null for nowhere.</param>
internal sealed class RunGrid(IReadOnlyList<RunCell> cells, WorkloadSource source, bool leaps, EventLogWriter? log = null)
{
    private readonly RunOutcome?[] _outcomes = new RunOutcome?[cells.Count];

    /// <summary>By cell; null for those that were not finished.</summary>
    public IReadOnlyList<RunOutcome?> Outcomes => _outcomes;

    /// <summary>The figures of the cells that have some.</summary>
    public IReadOnlyList<RunReport> Reports => [.. _outcomes.Select(outcome => outcome?.Report).OfType<RunReport>()];

    /// <summary>
    /// Runs all cells, or those that are done before it is interrupted or, where failures end it, before the first failure.
    /// </summary>
    /// <param name="verb">What is done, for the progress.</param>
    /// <param name="unit">What a cell is called there.</param>
    /// <param name="threads">Cells at a time.</param>
    /// <param name="failuresEnd">Whether the first failure ends it.</param>
    /// <param name="cancellation">Interrupts it.</param>
    public void Execute(string verb, string unit, int threads, bool failuresEnd, CancellationToken cancellation)
    {
        var counts = new WorkCounts(verb, "requests", (long)cells.Count * source.Requests, (unit, cells.Count));
        WorkProgress.Run(counts, () => Execute(counts, threads, failuresEnd, cancellation));
        foreach (var outcome in _outcomes)
        {
            if (outcome?.Note is { } note) Console.Error.WriteLine($"kantor: {note}");
        }
    }

    private void Execute(WorkCounts counts, int threads, bool failuresEnd, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        // Cells differ much in length, so each thread takes one at a time.
        var tasks = Partitioner.Create(Enumerable.Range(0, cells.Count), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(tasks, parallel, (index, loop) =>
            {
                _outcomes[index] = Simulate(cells[index], counts, cancellation);
                counts.PartEnded();
                if (failuresEnd && _outcomes[index]!.Failure is not null) loop.Stop();
            });
        }
        catch (OperationCanceledException)
        {
            // What is finished is there; that others are not tells the caller.
        }
    }

    private RequestCounter Observer(RunCell cell, WorkCounts counts) =>
        log is null ? new RequestCounter(counts) : new LoggedRun(log, cell.Scenario, counts);

    private RunOutcome Simulate(RunCell cell, WorkCounts counts, CancellationToken cancellation)
    {
        var trace = source.TraceOf(cell.Scenario);
        var arrivalsPerS = TraceStatistics.RateOf(trace.Requests) is { } rate ? Math.Round(rate, 6) : (double?)null;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var options = cell.Scenario.Options(cell.Policy.Policy, cell.Router, source.OutputTokensMax(cell.Scenario));
            var result = Simulator.Run(trace.Requests, options with { Leaping = leaps && log is null }, Observer(cell, counts), cancellation);
            var note = result.PlansRefused == 0 ? null
                : $"{cell}: {result.PlansRefused} plans were wrong and fcfs planned in their place; the last fault: {result.LastPlanFault}";
            var report = RunReport.Of(result, Stopwatch.GetElapsedTime(started).TotalSeconds) with { Policy = cell.Policy.Label };
            if (!cell.KeepsTimeline) report = report with { Timeline = null, Curves = null };
            return new RunOutcome(report, arrivalsPerS, null) { Note = note };
        }
        catch (SimulationException failed)
        {
            return new RunOutcome(null, arrivalsPerS, failed.Message);
        }
    }
}
