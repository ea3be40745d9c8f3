using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Replica;
using Kantor.Simulation.Replicas;

namespace Kantor.Simulation.Fleets;

/// <summary>KV on its way to a replica: from host memory, or from the replica that computed the prompt.</summary>
internal sealed class KvCopies
{
    private readonly List<KvCopy?> _copies = [];
    private readonly Stack<int> _free = new();
    private readonly Dictionary<long, KeptKv> _kept = [];

    /// <summary>The attempt's KV stays in this row until it is copied away.</summary>
    public void Keep(long attempt, in KeptKv kept) => _kept.Add(attempt, kept);

    /// <summary>What is kept for the attempt; null for nothing.</summary>
    public KeptKv? KeptFor(long attempt) => _kept.TryGetValue(attempt, out var kept) ? kept : null;

    /// <summary>The attempt does not need the KV that is kept for it any more; null when none is.</summary>
    public KeptKv? Release(long attempt) => _kept.Remove(attempt, out var kept) ? kept : null;

    /// <summary>Way from the replica from which the attempt's KV comes.</summary>
    public LinkQueue WayFor(long attempt) => _kept[attempt].Replica.Out!.Value.Way;

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

    /// <summary>The copy is over and its number free again; null when it was given up.</summary>
    public KvCopy? End(int number)
    {
        _free.Push(number);
        var copy = _copies[number];
        _copies[number] = null;
        return copy;
    }

    /// <summary>Gives up the copies to a replica.</summary>
    public void GiveUpTo(SimulatedReplica replica)
    {
        for (var number = 0; number < _copies.Count; number++)
        {
            if (_copies[number]?.To == replica) _copies[number] = null;
        }
    }

    /// <summary>Gives up the copy for the attempt from this place; null when none is under way.</summary>
    public KvCopy? GiveUpOf(long attempt, KvPlace place)
    {
        var number = _copies.FindIndex(copy => copy is { } under && under.Load.Id == attempt && under.Load.Place == place);
        if (number < 0) return null;
        var copy = _copies[number];
        _copies[number] = null;
        return copy;
    }
}

/// <summary>KV that stays where it was computed until it is copied away; the router may have said where to.</summary>
internal readonly record struct KeptKv(SimulatedReplica Replica, int Row, int Tokens, SimulatedReplica? Decode = null)
{
    /// <summary>Where it lies.</summary>
    public KvPlace Place => Replica.Out!.Value.Place;
}

/// <summary>One copy under way.</summary>
internal readonly record struct KvCopy(SimulatedReplica To, KvLoad Load);
