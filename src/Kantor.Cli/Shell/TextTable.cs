using System.Globalization;
using Spectre.Console;

namespace Kantor.Cli.Shell;

/// <summary>Rows under columns, for people, and figures as they stand there: never cut, without escape codes.</summary>
internal static class TextTable
{
    // Wider than a table ever is: a narrow terminal wraps whole lines better than cells can be wrapped.
    private const int Width = 240;

    /// <summary>Writes a table; the first <paramref name="namesLeft"/> columns are names, the others figures.</summary>
    public static void Write(TextWriter writer, IReadOnlyList<string> columns, int namesLeft, IEnumerable<string[]> rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        console.Profile.Width = Width;
        var table = new Table().Border(TableBorder.None);
        foreach (var (index, column) in columns.Index())
        {
            table.AddColumn(new TableColumn(column) { Alignment = index < namesLeft ? Justify.Left : Justify.Right, NoWrap = true });
        }

        foreach (var row in rows) table.AddRow([.. row.Select(cell => new Text(cell))]);
        console.Write(table);
    }

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
