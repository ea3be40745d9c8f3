namespace Kantor.Core.Batching;

/// <summary>
/// One fact of every row of a <see cref="RequestTable"/>. All columns of a table grow together, and a row begins with the default in each.
/// </summary>
public sealed class Column<T> : Column
{
    private T[] _cells;

    internal Column(int rows) => _cells = new T[rows];

    /// <summary>All rows; those beyond the last request are free.</summary>
    public ReadOnlySpan<T> Rows => _cells;

    /// <summary>The fact of one row.</summary>
    internal ref T this[int row] => ref _cells[row];

    internal override void Clear(int row) => _cells[row] = default!;

    internal override void Grow(int rows) => Array.Resize(ref _cells, rows);
}

/// <summary>What a table does with every column, whatever it holds.</summary>
public abstract class Column
{
    private protected Column()
    {
    }

    internal abstract void Clear(int row);

    internal abstract void Grow(int rows);
}

/// <summary>The columns of a table, which grow together.</summary>
public sealed class ColumnSet
{
    private readonly List<Column> _columns = [];
    private int _capacity = 16;

    internal Column<T> New<T>()
    {
        var column = new Column<T>(_capacity);
        _columns.Add(column);
        return column;
    }

    internal void Clear(int row)
    {
        foreach (var column in _columns) column.Clear(row);
    }

    /// <summary>There are cells for as many rows.</summary>
    internal void Hold(int rows)
    {
        if (rows <= _capacity) return;
        _capacity *= 2;
        foreach (var column in _columns) column.Grow(_capacity);
    }
}
