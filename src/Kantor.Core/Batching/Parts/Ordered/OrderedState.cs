using Kantor.Core.Decisions;
using Kantor.Core.Occupancy;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Parts.Ordered;

/// <summary>
/// What an <see cref="OrderedPlanner"/> remembers: the queue by key, when and as which each row arrived, which blocks each running row
/// found in the cache, and how often it was overtaken. Planners that must know more derive from it.
/// </summary>
internal class OrderedState : PolicyState
{
    private long _arrivals;
    private RowMemory[] _rows = new RowMemory[16];

    private struct RowMemory
    {
        public long Id;
        public bool IsKnown;
        public long Arrival;
        public long ArrivalStep;
        public long GaveWayStep;
        public long Key;
        public int HitBlocks;
        public int Overtakes;
    }

    /// <summary>Waiting rows by key.</summary>
    public RowHeap Queue { get; } = new();

    /// <summary>The running rows' future, written anew in each step by planners that look ahead.</summary>
    public OccupancyProfile Profile { get; } = new();

    /// <summary>Rows whose key has to be computed: they arrived or were preempted since the last plan. The planner clears it.</summary>
    public List<int> Returned { get; } = [];

    /// <summary>Running rows that may give way to waiting ones, by key; written anew in each step by planners that displace.</summary>
    public List<(long Key, long Id, int Row)> Displaceable { get; } = [];

    /// <summary>Place in the queue from which the planner looks at keys again.</summary>
    public int RefreshCursor { get; set; }

    /// <summary>Steps planned or repeated, the one under way included.</summary>
    public long Step { get; private set; }

    public override void Arrived(RequestFacts request, int slot)
    {
        Begin(slot, request.Id.Value, Step);
        Returned.Add(slot);
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens) => Queue.Remove(slot);

    public override void Preempted(RequestId request, int slot)
    {
        Of(slot).HitBlocks = 0;
        Returned.Add(slot);
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        Queue.Remove(slot);
        Of(slot) = default;
    }

    public override void Repeated(int steps) => Step += steps;

    /// <summary>Whether somebody was admitted with a cached prefix in the plan under way.</summary>
    public bool HasTakenHit { get; private set; }

    public void BeginStep() => (Step, HasTakenHit) = (Step + 1, false);

    /// <summary>The row starts with this many cached tokens, in blocks that others use too.</summary>
    public void TakeHit(int row, int tokens, int sharedBlocks)
    {
        HasTakenHit |= tokens > 0;
        Of(row).HitBlocks = sharedBlocks;
    }

    /// <summary>Place in the order of arrivals, from 1.</summary>
    public long ArrivalOf(int row) => Of(row).Arrival;

    /// <summary>Steps planned before it arrived.</summary>
    public long ArrivalStepOf(int row) => Of(row).ArrivalStep;

    /// <summary>Blocks that it found in the cache and that others use too.</summary>
    public int HitBlocksOf(int row) => Of(row).HitBlocks;

    public int OvertakesOf(int row) => Of(row).Overtakes;

    public void AddOvertake(int row) => Of(row).Overtakes++;

    /// <summary>Whether it gave way in the plan under way.</summary>
    public bool GaveWay(int row) => Of(row).GaveWayStep == Step;

    public void GiveWay(int row) => Of(row).GaveWayStep = Step;

    public long KeyOf(int row) => Of(row).Key;

    /// <summary>The row stands in the queue by this key.</summary>
    public void SetKey(int row, long key)
    {
        Of(row).Key = key;
        Queue.Set(row, Of(row).Id, key);
    }

    /// <summary>Rows that a host did not announce are taken to arrive just before the plan in which they are first seen.</summary>
    public void Meet(int row, long id)
    {
        ref var memory = ref Of(row);
        if (!memory.IsKnown || memory.Id != id) Begin(row, id, Step - 1);
    }

    /// <summary>What a planner of its own remembers of the row begins anew.</summary>
    protected virtual void Begins(int row)
    {
    }

    private void Begin(int row, long id, long arrivalStep)
    {
        Of(row) = new RowMemory { Id = id, IsKnown = true, Arrival = ++_arrivals, ArrivalStep = arrivalStep };
        Begins(row);
    }

    private ref RowMemory Of(int row)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, _rows.Length * 2));
        return ref _rows[row];
    }
}
