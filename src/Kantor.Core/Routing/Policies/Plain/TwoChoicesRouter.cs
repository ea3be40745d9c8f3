using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Plain;

/// <summary>
/// Of two replicas drawn by the request's id, the one with fewer requests; the first drawn among equals (Mitzenmacher, the power of two
/// choices in randomized load balancing, 1996). Nobody can send everything to the replica that looked best in an old sample.
/// </summary>
public sealed class TwoChoicesRouter : IRouter
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "of two replicas drawn at random, the one with fewer requests", "Mitzenmacher, the power of two choices, 1996")
    {
        Model = "n equal servers, Poisson arrivals, exponential service, n large",
        Guarantee = "queues longer than k at load p for a share p^(2^k - 1) of the servers, and not p^k as by one draw",
        Evidence = Evidence.Recalled,
        Cost = "O(1)",
    };

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
