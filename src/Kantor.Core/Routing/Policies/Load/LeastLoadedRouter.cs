using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// The replica with the fewest requests, waiting and running together (join the shortest queue); the lowest index among equals.
/// </summary>
public sealed class LeastLoadedRouter : IRouter
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("the replica with the fewest requests", "join the shortest queue")
    {
        Model = "equal servers, exponential service, fresh counts",
        Guarantee = "least time to the end of any number of requests (Winston, 1977)",
        Evidence = Evidence.Recalled,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => "least-loaded";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var best = 0;
        for (var index = 1; index < fleet.Endpoints.Length; index++)
        {
            if (fleet.Endpoints[index].Requests < fleet.Endpoints[best].Requests) best = index;
        }

        return RouteDecision.To(best);
    }
}
