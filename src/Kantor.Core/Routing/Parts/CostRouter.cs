using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>A router that sends each request where it costs least by its rule; the lowest place among equals.</summary>
/// <param name="name">The policy as it is written.</param>
/// <param name="reads">What the rule reads.</param>
public abstract class CostRouter(string name, Signals reads) : IRouter
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Signals Reads => reads;

    /// <inheritdoc/>
    public virtual PolicyState NewState() => new();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        ArgumentNullException.ThrowIfNull(request);
        Prepare(request, fleet, state);
        var (best, least) = (0, double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var cost = Cost(request, fleet, place, state);
            fleet.Log?.Write(
                DecisionKind.Route, request.Id, fleet.Endpoints[place].Replica, [new("cost", cost, fleet.Endpoints[place].Ages.OldestUs)]);
            if (!(cost < least)) continue;
            (best, least) = (place, cost);
        }

        Sent(request, fleet, best, state);
        return RouteDecision.To(best);
    }

    /// <summary>What is the same for all endpoints is found out.</summary>
    private protected virtual void Prepare(RequestFacts request, in FleetView fleet, PolicyState state)
    {
    }

    /// <summary>What the request costs at an endpoint, in the policy's unit; lower is better, and not a number is never chosen.</summary>
    private protected abstract double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state);

    /// <summary>The request goes there.</summary>
    private protected virtual void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
    }
}
