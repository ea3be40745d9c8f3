using Kantor.Core.Decisions;
using Kantor.Core.Retention;

namespace Kantor.Core.Kv;

/// <summary>
/// Least key first, by a policy. Only blocks without an idle descendant can go: the heap holds those, and a block joins it when its last
/// idle child leaves. Of content in several copies all stay while something that follows them is idle.
/// </summary>
internal sealed class IdleHeap(
    int capacity, PrefixTree tree, BlockCopies copies, IRetention policy, PolicyState state, IdleHeap.IBlocks blocks) : IdleOrder
{
    private readonly PriorityHeap _leaves = new(capacity);
    private readonly bool[] _isIdle = new bool[capacity];
    private readonly double[] _keys = new double[capacity];
    private readonly long[] _turns = new long[capacity];
    private int[] _idleChildren = new int[64];
    private long _turn;
    private int _count;

    /// <summary>What the heap asks the ledger.</summary>
    internal interface IBlocks
    {
        int NodeOf(int block);

        IdleBlock Describe(int block);
    }

    public override int Count => _count;

    public override int? FirstOrNone => _leaves.First;

    public override bool Contains(int block) => _isIdle[block];

    public override void Add(int block)
    {
        (_keys[block], _turns[block], _isIdle[block]) = (policy.KeyOf(blocks.Describe(block), state), ++_turn, true);
        _count++;
        var node = blocks.NodeOf(block);
        if (IsLeaf(node)) Push(block);
        var parent = ParentOf(node);
        if (parent == PrefixTree.None || ChildrenOf(parent)++ > 0) return;
        for (var copy = tree.BlockOf(parent); copy is { } above; copy = copies.After(above)) _leaves.Remove(above);
    }

    public override void Remove(int block)
    {
        _isIdle[block] = false;
        _count--;
        _leaves.Remove(block);
        var parent = ParentOf(blocks.NodeOf(block));
        if (parent == PrefixTree.None || --ChildrenOf(parent) > 0) return;
        for (var copy = tree.BlockOf(parent); copy is { } above; copy = copies.After(above))
        {
            if (_isIdle[above]) Push(above);
        }
    }

    public override void Evict(int block)
    {
        policy.Evicted(_keys[block], state);
        Remove(block);
    }

    public override int? Find(Predicate<int> holds)
    {
        int? first = null;
        for (var block = 0; block < _isIdle.Length; block++)
        {
            if (!_isIdle[block] || !holds(block)) continue;
            if (first is not { } best || (_keys[block], _turns[block]).CompareTo((_keys[best], _turns[best])) < 0) first = block;
        }

        return first;
    }

    private void Push(int block) => _leaves.Add(block, _keys[block], _turns[block]);

    private int ParentOf(int node) => node == PrefixTree.None ? PrefixTree.None : tree.ParentOf(node);

    private bool IsLeaf(int node) => node == PrefixTree.None || ChildrenOf(node) == 0;

    private ref int ChildrenOf(int node)
    {
        if (node >= _idleChildren.Length) Array.Resize(ref _idleChildren, Math.Max(node + 1, _idleChildren.Length * 2));
        return ref _idleChildren[node];
    }
}
