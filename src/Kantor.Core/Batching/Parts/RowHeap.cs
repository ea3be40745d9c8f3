namespace Kantor.Core.Batching.Parts;

/// <summary>
/// Rows in order of a key, ties by request id: a binary heap that finds each row's place, so that keys can change, and that can be read in
/// order without being taken apart. Allocates nothing once grown.
/// </summary>
/// <remarks>Owner: one planner state. Reading k rows in order costs k log k, whatever the number of rows.</remarks>
internal sealed class RowHeap
{
    private int[] _heap = new int[16];
    private int[] _frontier = new int[16];
    private int _frontierCount;

    // By row; a place is index + 1, 0 for rows that are not in the heap.
    private int[] _places = new int[16];
    private long[] _keys = new long[16];
    private long[] _ids = new long[16];

    public int Count { get; private set; }

    public bool Contains(int row) => row < _places.Length && _places[row] > 0;

    public long KeyOf(int row) => _keys[row];

    public void Clear()
    {
        for (var i = 0; i < Count; i++) _places[_heap[i]] = 0;
        Count = 0;
    }

    /// <summary>Puts the row in, or in its new place.</summary>
    public void Set(int row, long id, long key)
    {
        if (row >= _places.Length) GrowRows(row);
        (_keys[row], _ids[row]) = (key, id);
        if (_places[row] == 0)
        {
            if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
            Place(Count++, row);
        }

        SiftDown(SiftUp(_places[row] - 1));
    }

    /// <summary>Takes the row out, if it is in.</summary>
    public void Remove(int row)
    {
        if (!Contains(row)) return;
        var hole = _places[row] - 1;
        _places[row] = 0;
        if (hole == --Count) return;
        Place(hole, _heap[Count]);
        SiftDown(SiftUp(hole));
    }

    /// <summary>Starts to read from the smallest key on. The heap must not change while it is read.</summary>
    public void StartReading()
    {
        _frontierCount = 0;
        // At once, so that how far somebody reads later allocates nothing.
        if (_frontier.Length < _heap.Length) Array.Resize(ref _frontier, _heap.Length);
        if (Count > 0) PushFrontier(0);
    }

    /// <summary>The next row in order; false after the last.</summary>
    public bool TryRead(out int row)
    {
        row = 0;
        if (_frontierCount == 0) return false;
        var index = PopFrontier();
        row = _heap[index];
        for (var child = (2 * index) + 1; child <= (2 * index) + 2 && child < Count; child++) PushFrontier(child);
        return true;
    }

    private bool GoesBefore(int row, int other) => _keys[row] != _keys[other] ? _keys[row] < _keys[other] : _ids[row] < _ids[other];

    private void Place(int index, int row)
    {
        _heap[index] = row;
        _places[row] = index + 1;
    }

    private int SiftUp(int index)
    {
        var row = _heap[index];
        for (var parent = (index - 1) / 2; index > 0 && GoesBefore(row, _heap[parent]); parent = (index - 1) / 2)
        {
            Place(index, _heap[parent]);
            index = parent;
        }

        Place(index, row);
        return index;
    }

    private void SiftDown(int index)
    {
        var row = _heap[index];
        for (var child = (2 * index) + 1; child < Count; child = (2 * index) + 1)
        {
            if (child + 1 < Count && GoesBefore(_heap[child + 1], _heap[child])) child++;
            if (!GoesBefore(_heap[child], row)) break;
            Place(index, _heap[child]);
            index = child;
        }

        Place(index, row);
    }

    private void PushFrontier(int heapIndex)
    {
        var index = _frontierCount++;
        for (var parent = (index - 1) / 2; index > 0 && GoesBefore(_heap[heapIndex], _heap[_frontier[parent]]); parent = (index - 1) / 2)
        {
            _frontier[index] = _frontier[parent];
            index = parent;
        }

        _frontier[index] = heapIndex;
    }

    private int PopFrontier()
    {
        var first = _frontier[0];
        var last = _frontier[--_frontierCount];
        var index = 0;
        for (var child = 1; child < _frontierCount; child = (2 * index) + 1)
        {
            if (child + 1 < _frontierCount && GoesBefore(_heap[_frontier[child + 1]], _heap[_frontier[child]])) child++;
            if (!GoesBefore(_heap[_frontier[child]], _heap[last])) break;
            _frontier[index] = _frontier[child];
            index = child;
        }

        _frontier[index] = last;
        return first;
    }

    private void GrowRows(int row)
    {
        var size = Math.Max(row + 1, _places.Length * 2);
        Array.Resize(ref _places, size);
        Array.Resize(ref _keys, size);
        Array.Resize(ref _ids, size);
    }
}
