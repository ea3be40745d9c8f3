using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Volume;

/// <summary>
/// What <see cref="SvfPlanner"/> remembers: the queue in order of aged volume, when each row arrived, which blocks each running row found in
/// the cache, and how often it was overtaken.
/// </summary>
internal sealed class SvfState : PolicyState
{
    private readonly List<int> _returned = [];
    private long _step;
    private RowMemory[] _rows = new RowMemory[16];

    private struct RowMemory
    {
        public long Id;
        public long ArrivalStep;
        public int HitBlocks;
        public int Overtakes;
        public long Key;
    }

    /// <summary>Waiting rows by key.</summary>
    public RowHeap Queue { get; } = new();

    /// <summary>The running rows' future, written anew in each step.</summary>
    public OccupancyProfile Profile { get; } = new();

    /// <summary>Rows whose key has to be computed: they arrived or were preempted since the last plan. The planner clears it.</summary>
    public List<int> Returned => _returned;

    /// <summary>Place in the queue from which the planner looks at keys again.</summary>
    public int RefreshCursor { get; set; }

    public override void Arrived(RequestFacts request, int slot)
    {
        Begin(slot, request.Id.Value);
        _returned.Add(slot);
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens) => Queue.Remove(slot);

    public override void Preempted(RequestId request, int slot)
    {
        _rows[slot].HitBlocks = 0;
        _returned.Add(slot);
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        Queue.Remove(slot);
        _rows[slot] = default;
    }

    public override void Repeated(int steps) => _step += steps;

    public void BeginStep() => _step++;

    public long IdOf(int row) => _rows[row].Id;

    public long ArrivalStepOf(int row) => _rows[row].ArrivalStep;

    public int HitBlocksOf(int row) => _rows[row].HitBlocks;

    public void SetHitBlocks(int row, int blocks) => _rows[row].HitBlocks = blocks;

    public int OvertakesOf(int row) => _rows[row].Overtakes;

    public long KeyOf(int row) => _rows[row].Key;

    /// <summary>The row stands in the queue by this key.</summary>
    public void SetKey(int row, long key)
    {
        _rows[row].Key = key;
        Queue.Set(row, _rows[row].Id, key);
    }

    public void AddOvertake(int row) => _rows[row].Overtakes++;

    /// <summary>Rows that a host did not announce are taken to arrive when they are first seen.</summary>
    public void Meet(int row, long id)
    {
        if (row >= _rows.Length || _rows[row].Id != id) Begin(row, id);
    }

    private void Begin(int row, long id)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, _rows.Length * 2));
        _rows[row] = new RowMemory { Id = id, ArrivalStep = _step };
    }
}
