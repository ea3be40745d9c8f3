namespace Kantor.Core.Kv;

/// <summary>Least recently used first: a ring inside an array, O(1) each.</summary>
internal sealed class IdleList : IdleOrder
{
    // The element after the last block's is the anchor: the ring's beginning and end.
    private readonly Links[] _ring;
    private readonly int _anchor;
    private int _count;

    // Elements by their number + 1; 0 while the block is not in the ring.
    private struct Links
    {
        public int Next;
        public int Previous;
    }

    public IdleList(int capacity)
    {
        _anchor = capacity + 1;
        _ring = new Links[capacity + 1];
        _ring[capacity] = new Links { Next = _anchor, Previous = _anchor };
    }

    public override int Count => _count;

    public override int? FirstOrNone => After(_anchor - 1);

    public int? After(int block) => _ring[block].Next is var next && next == _anchor ? null : next - 1;

    public override bool Contains(int block) => _ring[block].Next != 0;

    public override void Add(int block)
    {
        ref var anchor = ref _ring[_anchor - 1];
        _ring[block] = new Links { Next = _anchor, Previous = anchor.Previous };
        _ring[anchor.Previous - 1].Next = block + 1;
        anchor.Previous = block + 1;
        _count++;
    }

    public override void Remove(int block)
    {
        ref var links = ref _ring[block];
        _ring[links.Previous - 1].Next = links.Next;
        _ring[links.Next - 1].Previous = links.Previous;
        links = default;
        _count--;
    }

    public override int? Find(Predicate<int> holds)
    {
        var block = FirstOrNone;
        while (block is { } candidate && !holds(candidate)) block = After(candidate);
        return block;
    }
}
