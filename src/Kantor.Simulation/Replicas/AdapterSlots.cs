using Kantor.Core.Batching;
using Kantor.Core.Replica;

namespace Kantor.Simulation.Replicas;

/// <summary>Which adapters are on the devices; at most <paramref name="slots"/> of them, of which a step needs no more.</summary>
internal sealed class AdapterSlots(int slots)
{
    private readonly List<int> _leastRecentlyUsedFirst = [];
    private readonly List<int> _missing = [];

    /// <summary>Whether an adapter is on the devices.</summary>
    public bool Holds(int adapter) => _leastRecentlyUsedFirst.Contains(adapter);

    /// <summary>Brings in the adapters of the planned step: how many had to be copied, and whether there are any.</summary>
    public (int Loads, bool Uses) Use(ReplicaScheduler scheduler)
    {
        var uses = false;
        _missing.Clear();
        foreach (ref readonly var slice in scheduler.Slices)
        {
            var adapter = scheduler.Spec(slice.Row).Facts.Adapter.Value;
            if (adapter == 0) continue;
            uses = true;
            if (_leastRecentlyUsedFirst.Remove(adapter)) _leastRecentlyUsedFirst.Add(adapter);
            else if (!_missing.Contains(adapter)) _missing.Add(adapter);
        }

        foreach (var adapter in _missing)
        {
            if (_leastRecentlyUsedFirst.Count == slots) _leastRecentlyUsedFirst.RemoveAt(0);
            _leastRecentlyUsedFirst.Add(adapter);
        }

        return (_missing.Count, uses);
    }
}
