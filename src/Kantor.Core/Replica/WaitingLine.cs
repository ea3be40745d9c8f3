namespace Kantor.Core.Replica;

/// <summary>
/// The queue of waiting rows as one contiguous span that policies can read: appended at the back, preempted rows put in front, removed
/// anywhere. Room is kept at both ends, so that the usual operations move nothing.
/// </summary>
internal sealed class WaitingLine
{
    private int[] _rows = new int[16];
    private int _start = 8;

    public int Count { get; private set; }

    public ReadOnlySpan<int> Rows => _rows.AsSpan(_start, Count);

    public void Append(int row)
    {
        if (_start + Count == _rows.Length) Recentre();
        _rows[_start + Count++] = row;
    }

    public void Prepend(int row)
    {
        if (_start == 0) Recentre();
        _rows[--_start] = row;
        Count++;
    }

    /// <summary>Takes the row out; the shorter side moves up.</summary>
    public void Remove(int row)
    {
        var index = Rows.IndexOf(row);
        if (index < 0) throw new InvalidOperationException($"Row {row} does not wait.");
        if (index < Count / 2)
        {
            Array.Copy(_rows, _start, _rows, _start + 1, index);
            _start++;
        }
        else
        {
            Array.Copy(_rows, _start + index + 1, _rows, _start + index, Count - index - 1);
        }

        Count--;
    }

    private void Recentre()
    {
        var rows = new int[Math.Max(16, Count * 4)];
        var start = (rows.Length - Count) / 2;
        Rows.CopyTo(rows.AsSpan(start));
        _rows = rows;
        _start = start;
    }
}
