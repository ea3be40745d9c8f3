using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Predicted;

/// <summary>What <see cref="TrailPlanner"/> remembers beside the queue: what was believed of each row at first.</summary>
internal sealed class TrailState : OrderedState
{
    private int?[] _first = new int?[16];

    public int FirstBelief(in BatchView view, int row)
    {
        if (row >= _first.Length) Array.Resize(ref _first, Math.Max(row + 1, _first.Length * 2));
        return _first[row] ??= view.BelievedOutput(row).MeanTokens;
    }

    protected override void Begins(int row)
    {
        if (row < _first.Length) _first[row] = null;
    }
}
