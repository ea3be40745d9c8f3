namespace Kantor.Core.Kv;

/// <summary>Blocks with cached content and no reference, least recently used first: a doubly linked list inside two arrays, O(1) each.</summary>
internal sealed class IdleList(int capacity)
{
    // Links are block + 1; 0 ends the list. Element `capacity` is the list's head and tail anchor.
    private readonly int[] _next = new int[capacity + 1];
    private readonly int[] _previous = new int[capacity + 1];
    private readonly bool[] _contains = new bool[capacity];

    public int Count { get; private set; }

    public int First => FirstOrNone ?? throw new InvalidOperationException("No block is idle.");

    public int? FirstOrNone => _next[capacity] is > 0 and var link ? link - 1 : null;

    public int? After(int block) => _next[block] is > 0 and var link ? link - 1 : null;

    public bool Contains(int block) => _contains[block];

    public void Append(int block)
    {
        var last = _previous[capacity];
        _previous[block] = last;
        _next[block] = 0;
        _next[last == 0 ? capacity : last - 1] = block + 1;
        _previous[capacity] = block + 1;
        _contains[block] = true;
        Count++;
    }

    public void Remove(int block)
    {
        var (previous, next) = (_previous[block], _next[block]);
        _next[previous == 0 ? capacity : previous - 1] = next;
        _previous[next == 0 ? capacity : next - 1] = previous;
        _contains[block] = false;
        Count--;
    }
}
