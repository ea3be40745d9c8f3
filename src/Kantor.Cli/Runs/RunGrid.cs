using System.Collections.Concurrent;
using System.Diagnostics;
using Kantor.Cli.Shell;
using Kantor.Reports.Runs;
using Kantor.Simulation;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Runs;

/// <summary>Simulates cells, in turn or on several threads. What is finished when it ends, by itself or interrupted, can be reported.</summary>
/// <param name="cells">The cells, in the order in which they are reported.</param>
/// <param name="source">Their requests.</param>
/// <param name="leaps">Whether equal steps are advanced at once.</param>
internal sealed class RunGrid(IReadOnlyList<RunCell> cells, WorkloadSource source, bool leaps)
{
    private readonly RunOutcome?[] _outcomes = new RunOutcome?[cells.Count];

    /// <summary>By cell; null for those that were not finished.</summary>
    public IReadOnlyList<RunOutcome?> Outcomes => _outcomes;

    /// <summary>The figures of the cells that have some.</summary>
    public IReadOnlyList<RunReport> Reports => [.. _outcomes.Select(outcome => outcome?.Report).OfType<RunReport>()];

    /// <summary>Runs all cells, or those that are done before it is interrupted or, where failures end it, before the first failure.</summary>
    public void Execute(RunsProgress progress, int threads, bool failuresEnd, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        // Cells differ much in length, so each thread takes one at a time.
        var tasks = Partitioner.Create(Enumerable.Range(0, cells.Count), EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(tasks, parallel, (index, loop) =>
            {
                _outcomes[index] = Simulate(cells[index], progress, cancellation);
                if (failuresEnd && _outcomes[index]!.Failure is not null) loop.Stop();
            });
        }
        catch (OperationCanceledException)
        {
            // What is finished is there; that others are not tells the caller.
        }
    }

    private RunOutcome Simulate(RunCell cell, RunsProgress progress, CancellationToken cancellation)
    {
        var trace = source.TraceOf(cell.Scenario);
        var arrivalsPerS = TraceStatistics.RateOf(trace.Requests) is { } rate ? Math.Round(rate, 6) : (double?)null;
        var started = Stopwatch.GetTimestamp();
        try
        {
            var options = cell.Scenario.Options(cell.Policy.Policy, cell.Router, source.OutputTokensMax(cell.Scenario)) with { Leaping = leaps };
            var result = Simulator.Run(trace.Requests, options, progress.NewObserver(), cancellation);
            if (result.PlansRefused > 0) Say($"{cell}: {result.PlansRefused} plans were wrong and fcfs planned in their place; the last fault: {result.LastPlanFault}");
            var report = RunReport.Of(result, Stopwatch.GetElapsedTime(started).TotalSeconds) with { Policy = cell.Policy.Label };
            return new RunOutcome(cell.KeepsTimeline ? report : report with { Timeline = null, Curves = null }, arrivalsPerS, null);
        }
        catch (SimulationException failed)
        {
            return new RunOutcome(null, arrivalsPerS, failed.Message);
        }
        finally
        {
            progress.RunEnded();
        }
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
