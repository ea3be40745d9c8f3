using Kantor.Core.Batching.Parts;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Slices;

/// <summary>
/// What <see cref="SclsPlanner"/> remembers: the groups that are still to be served, in order, and where each running row's slice began.
/// </summary>
internal sealed class SclsState : PolicyState
{
    private (int Tokens, long Id)[] _keys = new (int, long)[16];
    private int[] _rows = new int[16];
    private int[] _lengths = new int[16];
    private int[] _ends = new int[16];
    private double[] _costs = new double[17];
    private RowMemory[] _memory = new RowMemory[16];
    private int _groups;
    private int _next;
    private long _serial;

    private struct RowMemory
    {
        // 0 for rows of no group; serials are never used again, so that a row that is reused belongs to none.
        public long Group;
        public int? SliceStart;
    }

    /// <summary>Rows of the group that is served, ended and reused ones included; ask <see cref="IsMember"/>.</summary>
    public ReadOnlySpan<int> Members => _next == 0 ? [] : _rows.AsSpan(StartOf(_next - 1), _ends[_next - 1] - StartOf(_next - 1));

    public override void Arrived(RequestFacts request, int slot) => MemoryOf(slot) = default;

    public override void Preempted(RequestId request, int slot) => MemoryOf(slot) = default;

    public override void Ended(RequestFacts request, int slot, in RequestEnd end) => MemoryOf(slot) = default;

    /// <summary>Whether the row still waits for its turn in the group that is served.</summary>
    public bool IsMember(int row) => MemoryOf(row).Group == _serial - _groups + _next;

    /// <summary>The row's slice begins with so many tokens generated.</summary>
    public void BeginSlice(int row, int generatedTokens) => MemoryOf(row).SliceStart = generatedTokens;

    /// <summary>Tokens generated when the row's slice began; null while it has not.</summary>
    public int? SliceStartOf(int row) => row < _memory.Length ? _memory[row].SliceStart : null;

    /// <summary>Goes on to the next group that still has somebody who waits; false when all were served.</summary>
    public bool TryNextGroup(in BatchView view)
    {
        while (_next < _groups)
        {
            _next++;
            foreach (var row in Members)
            {
                if (IsMember(row) && view.IsWaiting(row)) return true;
            }
        }

        return false;
    }

    /// <summary>Cuts all that wait into groups.</summary>
    public void Regroup<TCost>(in BatchView view, in TCost cost)
        where TCost : struct, IGroupCost
    {
        var count = view.Waiting.Length;
        if (count > _rows.Length) Grow(count);
        for (var index = 0; index < count; index++)
        {
            var row = _rows[index] = view.Waiting[index];
            _keys[index] = (view.WantedTokens[row], view.Ids[row]);
        }

        _keys.AsSpan(0, count).Sort(_rows.AsSpan(0, count));
        for (var index = 0; index < count; index++) _lengths[index] = _keys[index].Tokens;
        _groups = LengthGroups.Partition(_lengths.AsSpan(0, count), cost, _costs.AsSpan(0, count + 1), _ends);
        for (_next = 0; _next < _groups; _next++)
        {
            _serial++;
            for (var index = StartOf(_next); index < _ends[_next]; index++) MemoryOf(_rows[index]).Group = _serial;
        }

        _next = 0;
    }

    private int StartOf(int group) => group == 0 ? 0 : _ends[group - 1];

    private ref RowMemory MemoryOf(int row)
    {
        if (row >= _memory.Length) Array.Resize(ref _memory, Math.Max(row + 1, _memory.Length * 2));
        return ref _memory[row];
    }

    private void Grow(int count)
    {
        var size = Math.Max(count, _rows.Length * 2);
        Array.Resize(ref _keys, size);
        Array.Resize(ref _rows, size);
        Array.Resize(ref _lengths, size);
        Array.Resize(ref _ends, size);
        Array.Resize(ref _costs, size + 1);
    }
}
