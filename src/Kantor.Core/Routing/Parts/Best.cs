namespace Kantor.Core.Routing.Parts;

/// <summary>Places of a view that stand out; the lowest among equals.</summary>
internal static class Best
{
    /// <summary>The place with the fewest requests.</summary>
    public static int LeastRequests(in FleetView fleet)
    {
        var best = 0;
        for (var place = 1; place < fleet.Endpoints.Length; place++)
        {
            if (fleet.Endpoints[place].Requests < fleet.Endpoints[best].Requests) best = place;
        }

        return best;
    }

    /// <summary>Of two places the one with fewer requests, the first among equals.</summary>
    public static int Lighter(in FleetView fleet, int first, int second) =>
        fleet.Endpoints[second].Requests < fleet.Endpoints[first].Requests ? second : first;

    /// <summary>The place of a replica in the view; null when it takes no requests. Places are in the order of numbers.</summary>
    public static int? PlaceOf(in FleetView fleet, int replica)
    {
        var (low, high) = (0, fleet.Endpoints.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (fleet.Endpoints[middle].Replica < replica) low = middle + 1;
            else high = middle;
        }

        return low < fleet.Endpoints.Length && fleet.Endpoints[low].Replica == replica ? low : null;
    }
}
