using System.Globalization;
using System.IO.Compression;

namespace Kantor.Hardware.Calibration.Tables;

/// <summary>A comma-separated table with a header line, plain or gzip, without quoting; read row by row.</summary>
public sealed class CsvTable
{
    private const int LineLengthMax = 1 << 20;

    private readonly string _path;
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private string[] _row = [];
    private long _line = 1;

    private CsvTable(string path) => _path = path;

    /// <summary>Names of a table's columns; none when the file is empty.</summary>
    public static IReadOnlyCollection<string> Columns(string path)
    {
        using var reader = Open(path);
        return reader.ReadLine()?.Split(',').Select(name => name.Trim()).ToHashSet(StringComparer.Ordinal) ?? [];
    }

    /// <summary>Calls <paramref name="onRow"/> for every row; the table gives that row's values.</summary>
    /// <exception cref="FormatException">The table has no header, or a row another number of columns; the message names file and
    /// line.</exception>
    public static void ForEach(string path, Action<CsvTable> onRow)
    {
        using var reader = Open(path);
        var table = new CsvTable(path);
        table.ReadHeader(reader.ReadLine());
        while (reader.ReadLine() is { } line)
        {
            table._line++;
            if (line.Length == 0) continue;
            table.ReadRow(line);
            onRow(table);
        }
    }

    /// <summary>Whether the table has a column.</summary>
    public bool Has(string column) => _columns.ContainsKey(column);

    /// <summary>A value as text.</summary>
    public string Text(string column) =>
        _columns.TryGetValue(column, out var index) ? _row[index] : throw new FormatException($"{_path} has no column '{column}'.");

    /// <summary>A value as a whole number.</summary>
    public int Whole(string column) =>
        int.TryParse(Text(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Bad(column, "a whole number");

    /// <summary>A value as a number.</summary>
    public double Number(string column) =>
        double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw Bad(column, "a number");

    private static StreamReader Open(string path)
    {
        var file = File.OpenRead(path);
        return new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
    }

    private FormatException Bad(string column, string wanted) =>
        new($"{_path}, line {_line}: '{column}' is '{Text(column)}', not {wanted}.");

    private void ReadHeader(string? line)
    {
        if (string.IsNullOrEmpty(line)) throw new FormatException($"{_path} has no header line.");
        foreach (var name in line.Split(',')) _columns[name.Trim()] = _columns.Count;
    }

    private void ReadRow(string line)
    {
        if (line.Length > LineLengthMax) throw new FormatException($"{_path}, line {_line} is longer than {LineLengthMax} characters.");
        _row = line.Split(',');
        if (_row.Length != _columns.Count)
        {
            throw new FormatException($"{_path}, line {_line} has {_row.Length} values; the header has {_columns.Count}.");
        }
    }
}
