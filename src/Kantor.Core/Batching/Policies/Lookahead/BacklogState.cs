using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>What a <see cref="BacklogPlanner"/> remembers beside the queue: who belongs to the batch that is being admitted.</summary>
internal class BacklogState : OrderedState
{
    private bool[] _isMember = new bool[16];

    public bool IsMember(int row) => row < _isMember.Length && _isMember[row];

    /// <summary>The row belongs to the batch, in which it stands by the number, at least 0.</summary>
    public void Join(int row, long number)
    {
        if (row >= _isMember.Length) Array.Resize(ref _isMember, Math.Max(row + 1, 2 * _isMember.Length));
        _isMember[row] = true;
        SetKey(row, SortKey.Of(0, number));
    }

    protected override void Begins(int row)
    {
        if (row < _isMember.Length) _isMember[row] = false;
    }
}
