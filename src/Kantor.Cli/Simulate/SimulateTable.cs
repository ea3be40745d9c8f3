using System.Globalization;
using Kantor.Cli.Shell;
using Kantor.Core.Requests;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Simulate;

/// <summary>
/// The comparison for people: one line per run, never cut, times in seconds.
/// </summary>
internal static class SimulateTable
{
    private static readonly string[] Columns =
        ["policy", "routing", "done", "refused", "TTFT p50", "p99", "ITL p50", "p99", "max", "E2E p50", "p99", "in SLO", "goodput/s", "hit",
            "preempted"];

    private static readonly string[] TenantColumns = [
        "policy", "routing", "tenant", "done", "refused", "tokens", "share", "TTFT p50", "p99", "in SLO"];

    // More lines say less; the JSON has all of them.
    private const int TenantsMax = 10;

    public static void Write(TextWriter writer, IReadOnlyList<RunReport> runs, string header)
    {
        writer.WriteLine(header);
        TextTable.Write(writer, Columns, namesLeft: 2, runs.Select(Cells));
        writer.WriteLine("Times in seconds; ITL over all gaps between tokens; in SLO and goodput by the objectives above.");
        if (runs.Any(run => CancelledOf(run) > 0 || run.Attempts > run.Requests))
        {
            writer.WriteLine($"Given up by their clients, and sent in all: {string.Join(", ", runs.Select(Impatience))}.");
        }
        if (runs.Any(run => run.Tenants.Count > 1)) WriteTenants(writer, runs);
    }

    private static int CancelledOf(RunReport run) =>
        run.Outcomes.Where(count => count.Outcome == RequestOutcome.Cancelled).Sum(count => count.Requests);

    private static string Impatience(RunReport run) =>
        $"{run.Policy} {run.Routing} {TextTable.Whole(CancelledOf(run))} and {TextTable.Whole(run.Attempts)}";

    private static void WriteTenants(TextWriter writer, IReadOnlyList<RunReport> runs)
    {
        writer.WriteLine();
        TextTable.Write(
            writer, TenantColumns, namesLeft: 3,
            runs.SelectMany(
                run => run.Tenants.OrderByDescending(tenant => tenant.ServiceTokens).Take(TenantsMax)
                .Select(tenant => Cells(run, tenant))));
        var most = runs.Max(run => run.Tenants.Count);
        if (most > TenantsMax)
        {
            writer.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture, $"The {TenantsMax} tenants with the most service of {most}; --json lists all."));
        }
        var jain = runs.Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.Policy} {run.Routing} {run.JainIndex:0.000}"));
        writer.WriteLine($"Jain's index of the tenants' service, 1 when all got the same: {string.Join(", ", jain)}.");
    }

    private static string[] Cells(RunReport run, TenantReport tenant) =>
    [
        run.Policy, run.Routing, tenant.Tenant ?? "–", TextTable.Whole(tenant.Completed), TextTable.Whole(tenant.Rejected),
        TextTable.Whole(tenant.ServiceTokens), TextTable.Share(tenant.ServiceShare),
        TextTable.Seconds(tenant.Ttft?.P50Ms), TextTable.Seconds(tenant.Ttft?.P99Ms), TextTable.Share(tenant.SloAttainment),
    ];

    private static string[] Cells(RunReport run) =>
    [
        run.Policy, run.Routing, TextTable.Whole(run.Completed), TextTable.Whole(run.Rejected),
        TextTable.Seconds(run.Ttft?.P50Ms), TextTable.Seconds(run.Ttft?.P99Ms),
        TextTable.Seconds(run.Itl?.P50Ms), TextTable.Seconds(run.Itl?.P99Ms), TextTable.Seconds(run.Itl?.MaxMs),
        TextTable.Seconds(run.E2e?.P50Ms), TextTable.Seconds(run.E2e?.P99Ms),
        TextTable.Share(run.SloAttainment), run.GoodputRps.ToString("0.###", CultureInfo.InvariantCulture),
        TextTable.Share(run.PrefixHitRate), TextTable.Whole(run.Preemptions),
    ];
}
