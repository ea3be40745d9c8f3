using System.Globalization;
using Kantor.Core.Requests;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;
using Spectre.Console;

namespace Kantor.Cli.Simulate;

/// <summary>
/// The comparison for people: one line per run, never cut, times in seconds.
/// </summary>
internal static class SimulateTable
{
    // Wider than the table ever is: a narrow terminal wraps whole lines better than cells can be wrapped.
    private const int Width = 240;

    private static readonly string[] Columns =
        ["policy", "routing", "done", "refused", "TTFT p50", "p99", "ITL p50", "p99", "max", "E2E p50", "p99", "in SLO", "goodput/s", "hit", "preempted"];

    private static readonly string[] TenantColumns = ["policy", "routing", "tenant", "done", "refused", "tokens", "share", "TTFT p50", "p99", "in SLO"];

    // More lines say less; the JSON has all of them.
    private const int TenantsMax = 10;

    public static void Write(TextWriter writer, IReadOnlyList<RunReport> runs, string header)
    {
        writer.WriteLine(header);
        WriteGrid(writer, Columns, namesLeft: 2, runs.Select(Cells));
        writer.WriteLine("Times in seconds; ITL over all gaps between tokens; in SLO and goodput by the objectives above.");
        if (runs.Any(run => CancelledOf(run) > 0 || run.Attempts > run.Requests)) writer.WriteLine($"Given up by their clients, and sent in all: {string.Join(", ", runs.Select(Impatience))}.");
        if (runs.Any(run => run.Tenants.Count > 1)) WriteTenants(writer, runs);
    }

    private static int CancelledOf(RunReport run) => run.Outcomes.Where(count => count.Outcome == RequestOutcome.Cancelled).Sum(count => count.Requests);

    private static string Impatience(RunReport run) => $"{run.Policy} {run.Routing} {Whole(CancelledOf(run))} and {Whole(run.Attempts)}";

    private static void WriteTenants(TextWriter writer, IReadOnlyList<RunReport> runs)
    {
        writer.WriteLine();
        WriteGrid(writer, TenantColumns, namesLeft: 3, runs.SelectMany(run => run.Tenants.OrderByDescending(tenant => tenant.ServiceTokens).Take(TenantsMax).Select(tenant => Cells(run, tenant))));
        var most = runs.Max(run => run.Tenants.Count);
        if (most > TenantsMax) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The {TenantsMax} tenants with the most service of {most}; --json lists all."));
        var jain = runs.Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.Policy} {run.Routing} {run.JainIndex:0.000}"));
        writer.WriteLine($"Jain's index of the tenants' service, 1 when all got the same: {string.Join(", ", jain)}.");
    }

    private static string[] Cells(RunReport run, TenantReport tenant) =>
    [
        run.Policy, run.Routing, tenant.Tenant ?? "–", Whole(tenant.Completed), Whole(tenant.Rejected), Whole(tenant.ServiceTokens), Share(tenant.ServiceShare),
        Seconds(tenant.Ttft?.P50Ms), Seconds(tenant.Ttft?.P99Ms), Share(tenant.SloAttainment),
    ];

    /// <summary>Rows under columns; the first <paramref name="namesLeft"/> columns are names, the others figures.</summary>
    public static void WriteGrid(TextWriter writer, IReadOnlyList<string> columns, int namesLeft, IEnumerable<string[]> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No, Interactive = InteractionSupport.No });
        console.Profile.Width = Width;
        var table = new Table().Border(TableBorder.None);
        foreach (var (index, column) in columns.Index())
        {
            table.AddColumn(new TableColumn(column) { Alignment = index < namesLeft ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (var row in rows) table.AddRow([.. row.Select(cell => new Text(cell))]);
        console.Write(table);
    }

    private static string[] Cells(RunReport run) =>
    [
        run.Policy, run.Routing, Whole(run.Completed), Whole(run.Rejected),
        Seconds(run.Ttft?.P50Ms), Seconds(run.Ttft?.P99Ms),
        Seconds(run.Itl?.P50Ms), Seconds(run.Itl?.P99Ms), Seconds(run.Itl?.MaxMs),
        Seconds(run.E2e?.P50Ms), Seconds(run.E2e?.P99Ms),
        Share(run.SloAttainment), run.GoodputRps.ToString("0.###", CultureInfo.InvariantCulture), Share(run.PrefixHitRate), Whole(run.Preemptions),
    ];

    /// <summary>With thousands apart.</summary>
    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>In per cent.</summary>
    public static string Share(double value) => value.ToString("0.0 %", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds as seconds; a dash for none.</summary>
    public static string Seconds(double? ms) => ms switch
    {
        null => "–",
        < 10_000 => (ms.Value / 1000).ToString("0.000", CultureInfo.InvariantCulture),
        < 100_000 => (ms.Value / 1000).ToString("0.00", CultureInfo.InvariantCulture),
        _ => (ms.Value / 1000).ToString("N0", CultureInfo.InvariantCulture),
    };
}
