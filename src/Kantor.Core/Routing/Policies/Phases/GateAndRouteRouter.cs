using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Phases;

/// <summary>
/// The routing half of gate-and-route (arXiv 2602.02987): work goes to a replica that computes no prompt now (solo) before one that does
/// (mixed), and there to the one with the fewest requests that run; nothing waits while there is a place. The gate is the batch policy
/// <c>gate-and-route</c>.
/// </summary>
/// <remarks>
/// The source routes decodes, whose steps are shorter without a prompt beside them: as the router of a pool that decodes it is that rule.
/// In front of whole replicas it spreads prompts over those that have none.
/// </remarks>
public sealed class GateAndRouteRouter() : CostRouter("gate-and-route", Signals.Load | Signals.Work | Signals.Booked)
{
    // More than any replica has requests.
    private const double Mixed = 1e9;

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "a replica without prompts to compute before one with, the fewest requests that run; the other half is the batch policy",
        "arXiv 2602.02987, its routing")
    {
        Model = "classes, Poisson arrivals, patience, n GPUs of two step times",
        Guarantee = "with the gate, the most revenue as n grows",
        Evidence = Evidence.Reconstructed,
        Cost = "O(endpoints)",
    };

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var prompts = Math.Max(0, fleet.QueuedTokens[place] - endpoint.Running) + fleet.BookedTokens[place];
        return endpoint.Requests + (prompts > 0 ? Mixed : 0);
    }
}
