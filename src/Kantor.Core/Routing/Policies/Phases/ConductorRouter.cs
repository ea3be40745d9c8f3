using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Phases;

/// <summary>
/// Mooncake's conductor (arXiv 2407.00079, algorithm 1): the prompt goes where its first token is predicted soonest, after what waits there
/// and what is cached there; where prefill and decode are apart, the decodes go to the replica with the least share of KV in use.
/// </summary>
/// <remarks>
/// Its second branch copies a prefix from another replica when that has much more of it; routing has no means for that, and tiers that
/// replicas share are looked at by the replica. Its early rejection is the admission policy <c>early-rejection</c>.
/// </remarks>
public sealed class ConductorRouter : IRouter
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the prompt where its first token is predicted soonest, its decodes where least KV is in use; copies no prefix between replicas",
        "Mooncake, arXiv 2407.00079, algorithm 1")
    {
        Evidence = Evidence.Recalled,
        Cost = "O(endpoints), a step time each",
    };

    /// <inheritdoc/>
    public string Name => "conductor";

    /// <inheritdoc/>
    public Signals Reads => PromptQueue.Reads | Signals.StepTime | Signals.Decode;

    /// <inheritdoc/>
    public PolicyState NewState() => new PromptQueue();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (PromptQueue)state;
        var begins = PhaseRoles.Begins(fleet);
        var (best, soonestUs) = (0, double.PositiveInfinity);
        for (var place = 0; place < begins; place++)
        {
            var us = PromptTime.FirstTokenUs(request, fleet, place, memory.TokensBefore(fleet, place));
            fleet.Log?.Write(DecisionKind.Route, request.Id, fleet.Endpoints[place].Replica, [new("first-token-us", us)]);
            if (us >= soonestUs) continue;
            (best, soonestUs) = (place, us);
        }

        memory.Send(request, fleet, best);
        return begins == fleet.Endpoints.Length ? RouteDecision.To(best) : RouteDecision.Pair(best, LeastKv(fleet, begins));
    }

    private static int LeastKv(in FleetView fleet, int from)
    {
        var (best, least) = (from, double.PositiveInfinity);
        for (var place = from; place < fleet.Endpoints.Length; place++)
        {
            var share = (double)fleet.Endpoints[place].KvBlocksUsed / Math.Max(1, fleet.Endpoints[place].KvBlocksTotal);
            if (share >= least) continue;
            (best, least) = (place, share);
        }

        return best;
    }
}
