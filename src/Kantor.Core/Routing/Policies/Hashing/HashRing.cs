using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>
/// Consistent hashing (Karger and others, 1997): each replica at many points of a circle, a key at the first point clockwise of its own.
/// Made anew only when replicas come or go; then only the keys of those move.
/// </summary>
internal sealed class HashRing(int pointsEach)
{
    private int[] _replicas = [];
    private (ulong Point, int Place)[] _points = [];

    /// <summary>The ring is that of these endpoints.</summary>
    public void Show(in FleetView fleet)
    {
        if (IsOf(fleet)) return;
        _replicas = new int[fleet.Endpoints.Length];
        _points = new (ulong, int)[_replicas.Length * pointsEach];
        for (var place = 0; place < _replicas.Length; place++)
        {
            _replicas[place] = fleet.Endpoints[place].Replica;
            var seed = Hashes.Of(1, (ulong)_replicas[place]);
            for (var point = 0; point < pointsEach; point++) _points[(place * pointsEach) + point] = (Hashes.Of(seed, (ulong)point), place);
        }

        Array.Sort(_points);
    }

    /// <summary>The place that a key belongs to.</summary>
    public int Owner(ulong key) => _points[First(key)].Place;

    /// <summary>The place clockwise of the key that is not the given one; that one when there is no other.</summary>
    public int OwnerBeside(ulong key, int other)
    {
        var at = First(key);
        for (var step = 0; step < _points.Length; step++)
        {
            var place = _points[(at + step) % _points.Length].Place;
            if (place != other) return place;
        }

        return other;
    }

    private bool IsOf(in FleetView fleet)
    {
        if (_replicas.Length != fleet.Endpoints.Length) return false;
        for (var place = 0; place < _replicas.Length; place++)
        {
            if (_replicas[place] != fleet.Endpoints[place].Replica) return false;
        }

        return true;
    }

    /// <summary>The first point at or after the key; the first of all when there is none.</summary>
    private int First(ulong key)
    {
        var (low, high) = (0, _points.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_points[middle].Point < key) low = middle + 1;
            else high = middle;
        }

        return low == _points.Length ? 0 : low;
    }
}
