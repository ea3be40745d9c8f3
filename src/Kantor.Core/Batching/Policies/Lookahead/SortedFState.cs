using Kantor.Core.Batching.Parts;

namespace Kantor.Core.Batching.Policies.Lookahead;

/// <summary>What <see cref="SortedFPlanner"/> remembers beside the batch: where it works.</summary>
internal sealed class SortedFState : BacklogState
{
    private long[] _sortKeys = new long[16];
    private int[] _rows = new int[16];
    private long[] _outputs = new long[16];
    private long[] _peaks = new long[16];
    private bool[] _chosen = new bool[16];

    public DenseBatches Batches { get; } = new();

    /// <summary>Work space of as many cells as rows wait.</summary>
    public Span<long> SortKeys => _sortKeys.AsSpan(0, Count);

    public Span<int> Rows => _rows.AsSpan(0, Count);

    public Span<long> Outputs => _outputs.AsSpan(0, Count);

    public Span<long> Peaks => _peaks.AsSpan(0, Count);

    public Span<bool> Chosen => _chosen.AsSpan(0, Count);

    private int Count { get; set; }

    public void BeginBatch(int waiting)
    {
        Count = waiting;
        if (_rows.Length >= waiting) return;
        var size = Math.Max(waiting, 2 * _rows.Length);
        (_sortKeys, _rows, _outputs, _peaks, _chosen) = (new long[size], new int[size], new long[size], new long[size], new bool[size]);
    }
}
