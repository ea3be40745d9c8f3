using System.Globalization;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Reports;
using Spectre.Console;

namespace Kantor.Cli.Simulate;

/// <summary>The comparison for people: one row per run; without frame and colour when nobody watches.</summary>
internal static class SimulateTable
{
    private const int PlainWidth = 240;

    private static readonly string[] Columns =
        ["policy", "routing", "done", "refused", "TTFT p50", "p99", "ITL p50", "p99", "max", "E2E p50", "p99", "in SLO", "goodput/s", "hit", "preempted", "req/s simulated"];

    public static void Write(IReadOnlyList<RunReport> runs, string header, bool toError)
    {
        var isPlain = toError ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        Write(toError ? Console.Error : Console.Out, runs, header, isPlain);
    }

    public static void Write(TextWriter writer, IReadOnlyList<RunReport> runs, string header, bool isPlain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (isPlain) console.Profile.Width = PlainWidth;
        var table = new Table().Border(isPlain ? TableBorder.None : TableBorder.Rounded);
        foreach (var (column, index) in Columns.Select((column, index) => (column, index)))
        {
            table.AddColumn(new TableColumn(column) { Alignment = index < 2 ? Justify.Left : Justify.Right, NoWrap = isPlain });
        }

        foreach (var run in runs) table.AddRow([.. Cells(run).Select(cell => new Text(cell))]);
        writer.WriteLine(header);
        console.Write(table);
    }

    private static string[] Cells(RunReport run) =>
    [
        run.Policy, run.Routing, Whole(run.Completed), Whole(run.Rejected),
        Time(run.Ttft?.P50Ms), Time(run.Ttft?.P99Ms),
        Time(run.Itl?.P50Ms), Time(run.Itl?.P99Ms), Time(run.Itl?.MaxMs),
        Time(run.E2e?.P50Ms), Time(run.E2e?.P99Ms),
        Share(run.SloAttainment), run.GoodputRps.ToString("0.###", CultureInfo.InvariantCulture), Share(run.PrefixHitRate),
        Whole(run.Preemptions), Whole((long)run.SimulatedRequestsPerS),
    ];

    private static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Share(double value) => value.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Time(double? ms) => ms switch
    {
        null => "–",
        < 1000 => ms.Value.ToString("0.#", CultureInfo.InvariantCulture) + " ms",
        < 100_000 => (ms.Value / 1000).ToString("0.00", CultureInfo.InvariantCulture) + " s",
        _ => (ms.Value / 1000).ToString("N0", CultureInfo.InvariantCulture) + " s",
    };
}
