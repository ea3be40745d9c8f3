using Kantor.Core.Batching.Parts.Ordered;

namespace Kantor.Core.Batching.Policies.Geometric;

/// <summary>What planners by phases remember beside the queue: the end of each row's slice, and when the next may start.</summary>
internal sealed class GeometricState : OrderedState
{
    private int[] _ends = new int[16];

    /// <summary>Step from which somebody may start, with its fraction.</summary>
    public double NextStart { get; set; }

    /// <summary>Output tokens at which the row's slice ends; 0 before it was first admitted.</summary>
    public int SliceEndOf(int row) => row < _ends.Length ? _ends[row] : 0;

    public void SetSliceEnd(int row, int tokens)
    {
        if (row >= _ends.Length) Array.Resize(ref _ends, Math.Max(row + 1, _ends.Length * 2));
        _ends[row] = tokens;
    }

    protected override void Begins(int row)
    {
        if (row < _ends.Length) _ends[row] = 0;
    }
}
