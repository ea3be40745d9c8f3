using System.Runtime.InteropServices;
using Kantor.Core.Batching;

namespace Kantor.Core.Replica;

/// <summary>The rows that hold KV: those in the batch, in order of admission, and those that are parked.</summary>
internal sealed class BatchPlaces(RequestTable table)
{
    private readonly List<int> _running = [];
    private readonly List<int> _returning = [];
    private int _leaving;

    public int RunningCount => _running.Count;

    public int ParkedCount => _returning.Count + _leaving;

    public ReadOnlySpan<int> Running => CollectionsMarshal.AsSpan(_running);

    /// <summary>Parked rows that keep their places.</summary>
    public ReadOnlySpan<int> Returning => CollectionsMarshal.AsSpan(_returning);

    /// <summary>Admissions so far.</summary>
    public long Admissions { get; private set; }

    /// <summary>The row has the newest place in the batch.</summary>
    public void Admit(int row)
    {
        _running.Add(row);
        table.States[row] = RowState.Running;
        table.Admissions[row] = Admissions++;
    }

    /// <summary>The running row gives its place up and waits.</summary>
    public void Preempt(int row)
    {
        _running.Remove(row);
        table.States[row] = RowState.Waiting;
    }

    public void Park(int row, bool returns)
    {
        if (table.States[row] != RowState.Running) throw Wrong(row, "only a running row can be parked");
        _running.Remove(row);
        table.States[row] = RowState.Parked;
        if (returns) _returning.Add(row);
        else _leaving++;
    }

    public void Unpark(int row)
    {
        if (table.States[row] != RowState.Parked) throw Wrong(row, "it is not parked");
        var place = _running.Count;
        while (place > 0 && table.Admissions[_running[place - 1]] > table.Admissions[row]) place--;
        _running.Insert(place, row);
        table.States[row] = RowState.Running;
        RemoveParked(row);
    }

    /// <summary>The row has no place any more, running or parked.</summary>
    public void Leave(int row)
    {
        if (table.States[row] == RowState.Parked) RemoveParked(row);
        else _running.Remove(row);
    }

    public void Verify()
    {
        foreach (var row in _running)
        {
            if (table.States[row] != RowState.Running) throw Wrong(row, "it is counted as running");
        }
    }

    private InvalidOperationException Wrong(int row, string what) => new($"Row {row} is {table.States[row]}; {what}.");

    private void RemoveParked(int row)
    {
        if (!_returning.Remove(row)) _leaving--;
    }
}
