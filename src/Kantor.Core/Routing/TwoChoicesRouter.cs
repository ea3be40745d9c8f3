using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing;

/// <summary>
/// Of two replicas drawn by the request's id, the one with fewer requests; the first drawn among equals (Mitzenmacher, the power of two
/// choices in randomized load balancing, 1996). Nobody can send everything to the replica that looked best in an old sample.
/// </summary>
public sealed class TwoChoicesRouter : IRouter
{
    /// <inheritdoc/>
    public string Name => "two-choices";

    /// <inheritdoc/>
    public PolicyState NewState() => new Draws();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var count = fleet.Endpoints.Length;
        if (count == 1) return RouteDecision.To(0);
        var bits = ((Draws)state).Stream.BitsAt((ulong)request.Id.Value);
        var first = (int)((bits >> 32) * (ulong)count >> 32);
        var second = (int)((bits & uint.MaxValue) * (ulong)(count - 1) >> 32);
        if (second >= first) second++;
        return RouteDecision.To(fleet.Endpoints[second].Requests < fleet.Endpoints[first].Requests ? second : first);
    }

    private sealed class Draws : PolicyState
    {
        // Never drawn from: a request's numbers do not depend on who came before it.
        public RandomStream Stream { get; } = new(0, "two-choices");
    }
}
