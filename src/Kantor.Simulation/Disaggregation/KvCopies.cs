using Kantor.Core.Batching;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Disaggregation;

/// <summary>KV on its way to a replica: from host memory, or from the replica that computed the prompt.</summary>
internal sealed class KvCopies
{
    private readonly List<KvCopy> _copies = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<long, (SimulatedReplica Replica, int Row)> _kept = [];

    /// <summary>The attempt's KV stays in this row until it is copied away.</summary>
    public void Keep(long attempt, SimulatedReplica replica, int row) => _kept.Add(attempt, (replica, row));

    /// <summary>The attempt does not need the KV that is kept for it any more; null when none is.</summary>
    public (SimulatedReplica Replica, int Row)? Release(long attempt) => _kept.Remove(attempt, out var kept) ? kept : null;

    /// <summary>The replica from which the attempt's KV comes.</summary>
    public SimulatedReplica SourceOf(long attempt) => _kept[attempt].Replica;

    /// <summary>Notes a copy and gives its number.</summary>
    public int Begin(SimulatedReplica to, in KvLoad load)
    {
        if (!_free.TryPop(out var number))
        {
            number = _copies.Count;
            _copies.Add(default);
        }

        _copies[number] = new KvCopy(to, load);
        return number;
    }

    /// <summary>The copy is done; its number is free again.</summary>
    public KvCopy End(int number)
    {
        _free.Push(number);
        return _copies[number];
    }
}

/// <summary>One copy under way.</summary>
internal readonly record struct KvCopy(SimulatedReplica To, KvLoad Load);
