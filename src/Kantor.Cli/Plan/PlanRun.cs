using Kantor.Cli.Runs;
using Kantor.Cli.Shell;
using Kantor.Planning;
using Kantor.Reports.Plans;

namespace Kantor.Cli.Plan;

/// <summary>
/// Searches the candidates on all cores and writes table, answer and reports. An interrupted search reports the candidates that are
/// finished.
/// </summary>
internal sealed class PlanRun(PlanSettings settings)
{
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        settings.Run.Reports.RequireWritable();
        if (settings.WhyNotApart is { } why) Say(why + ".");
        var source = PlanSource.Open(settings, cancellation);
        var plan = await SearchAsync(source.Load, cancellation);
        Report(source, plan);
        if (!plan.IsComplete) return ExitCode.Interrupted;
        if (plan.Chosen is not null) return ExitCode.Success;
        return plan.Rows.All(row => row.Candidate.Failure is not null) ? ExitCode.Failure : ExitCode.NotMet;
    }

    private async Task<FleetPlan> SearchAsync(PlanLoad load, CancellationToken cancellation)
    {
        FleetLayout[] layouts = [.. settings.Space.Layouts().Where(layout => layout.Replicas <= settings.ReplicasMax)];
        var counts = new WorkCounts("plan", "requests", null, ("candidates", layouts.Length));
        var objective = new PlanObjective(settings.Shared.Objective, settings.Attainment);
        using var bench = new TrialBench(load, objective, settings.Trials, () => new RequestCounter(counts));
        var search = new PlanSearch(bench);
        return await WorkProgress.RunAsync(
            counts, () => search.FindAsync(layouts, settings.ReplicasMax, _ => counts.PartEnded(), cancellation));
    }

    private void Report(PlanSource source, FleetPlan plan)
    {
        var report = new PlanReport
        {
            Trace = source.Name,
            Requests = source.Load.Requests,
            ReplicasMax = settings.ReplicasMax,
            GpusPerNode = settings.Space.GpusPerNode,
            NodeGbps = settings.Space.NodeBytesPerS * 8 / 1e9,
            NetworkGbps = settings.Space.NetworkBytesPerS * 8 / 1e9,
            Plan = plan,
        };
        PlanTable.Write(settings.Run.Reports.Tables, report);
        settings.Run.Reports.Write(
            json => PlanJson.Write(json, report), csv => PlanCsv.Write(csv, plan),
            _ => throw new NotSupportedException("A plan has no page."));
    }

    private static void Say(string what) => Console.Error.WriteLine($"kantor: {what}");
}
