using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Intervals;

/// <summary>
/// What <see cref="AMinPlanner"/> remembers beside the queue: the lower end of each row's interval, as it was on arrival.
/// </summary>
internal sealed class AMinState : OrderedState
{
    private int?[] _ends = new int?[16];

    public int? LowerEndOf(int row) => row < _ends.Length ? _ends[row] : null;

    public void SetLowerEnd(int row, int tokens)
    {
        if (row >= _ends.Length) Array.Resize(ref _ends, Math.Max(row + 1, _ends.Length * 2));
        _ends[row] = tokens;
    }

    protected override void Begins(int row)
    {
        if (row < _ends.Length) _ends[row] = null;
    }
}
