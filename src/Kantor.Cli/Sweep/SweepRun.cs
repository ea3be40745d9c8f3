using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Sweep;

/// <summary>
/// Simulates the cells of a grid on all cores and writes the reports. An interrupted sweep reports the cells that are finished; a cell
/// whose policy fails does not keep the others from running.
/// </summary>
internal sealed class SweepRun(SweepSettings settings)
{
    /// <summary>Cells of a sweep whose page still shows the course of time.</summary>
    private const int TimelinesMax = 200;

    public int Execute(CancellationToken cancellation)
    {
        settings.Run.Reports.RequireWritable();
        var source = WorkloadSource.Open(settings.Shared, settings.Run, cancellation);
        var grid = new RunGrid([.. settings.Tasks.Select(CellOf)], source, settings.Run.Leaps);
        grid.Execute("sweep", "cells", settings.Threads, failuresEnd: false, cancellation);
        var sweep = Report(source, grid);
        WriteReports(sweep);
        if (!sweep.IsComplete) return ExitCode.Interrupted;
        return sweep.Failures.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    /// <summary>A page shows the course of one seed, and not of thousands of cells.</summary>
    private RunCell CellOf(SweepTask task) =>
        task.Cell with { KeepsTimeline = settings.Tasks.Count <= TimelinesMax && task.Point.Seed == settings.Tasks[0].Point.Seed };

    private SweepReport Report(WorkloadSource source, RunGrid grid)
    {
        var pool = settings.Shared.Fleet.Pool;
        var ended = settings.Tasks.Zip(grid.Outcomes, (task, outcome) => (task.Point, Outcome: outcome))
            .Where(cell => cell.Outcome is not null).ToArray();
        return new SweepReport
        {
            Trace = source.Name,
            Format = source.Format,
            Requests = source.Requests,
            LinesSkipped = source.LinesSkipped,
            BatchesSpread = source.BatchesSpread,
            Profile = pool.Profile.Name,
            Predictor = pool.Predictor.Label,
            RunningMax = pool.Limits.RunningMax,
            BlockSizeTokens = pool.Kv.BlockSizeTokens,
            PrefixCaching = pool.Kv.PrefixCaching,
            OutputTokensMax = source.OutputTokensMax(settings.Shared),
            Slo = settings.Shared.Slo.ToString(),
            Command = settings.Run.Command,
            CellsTotal = settings.Tasks.Count,
            Cells = [.. from cell in ended
                where cell.Outcome!.Report is not null select new SweepCell(cell.Point, cell.Outcome!.ArrivalsPerS, cell.Outcome.Report!)],
            Failures =
                [.. from cell in ended where cell.Outcome!.Failure is not null select new SweepFailure(cell.Point, cell.Outcome!.Failure!)],
        };
    }

    private void WriteReports(SweepReport sweep)
    {
        SweepTable.Write(settings.Run.Reports.Tables, sweep);
        foreach (var failure in sweep.Failures) Say($"{failure.Point}: {failure.Message}");
        if (!sweep.IsComplete) Say($"interrupted: {sweep.Cells.Count} of {sweep.CellsTotal} cells are finished and reported.");
        settings.Run.Reports.Write(
            json => SweepJson.Write(json, sweep), csv => SweepCsv.Write(csv, sweep.Cells), html => SweepHtml.Write(html, sweep));
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
