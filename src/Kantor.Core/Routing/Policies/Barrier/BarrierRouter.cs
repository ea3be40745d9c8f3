using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>
/// A router of replicas that step together, so that a step lasts as long as that of the fullest: what a request adds below the fullest is
/// free, what it adds above costs all of them. The highest score, then the least load, then the lowest place.
/// </summary>
/// <param name="name">The policy as it is written.</param>
public abstract class BarrierRouter(string name) : IRouter
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Signals Reads => Signals.Load | Signals.Work | Signals.Booked;

    /// <inheritdoc/>
    public abstract PolicyState NewState();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (HoldUntilUs(fleet) is { } untilUs) return RouteDecision.Hold(untilUs);
        var memory = (BarrierState)state;
        memory.LookAtAll(fleet);
        var (best, highest, least) = (-1, double.NegativeInfinity, double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            if (!HasPlace(fleet.Endpoints[place])) continue;
            var (score, load) = (Score(request, memory, place), memory.Loads(place)[0]);
            fleet.Log?.Write(
                DecisionKind.Route, request.Id, fleet.Endpoints[place].Replica, [new("score", score), new("load-tokens", load)]);
            if (score < highest || (score == highest && load >= least)) continue;
            (best, highest, least) = (place, score, load);
        }

        memory.Send(request, fleet, best);
        return RouteDecision.To(best);
    }

    /// <summary>What a request is worth at an endpoint, in KV tokens.</summary>
    private protected abstract double Score(RequestFacts request, BarrierState memory, int place);

    /// <summary>Whether the endpoint can take a request.</summary>
    private protected virtual bool HasPlace(in EndpointView endpoint) => true;

    /// <summary>Until when the request is held because no endpoint has a place; null when one has.</summary>
    private protected virtual long? HoldUntilUs(in FleetView fleet) => null;
}
