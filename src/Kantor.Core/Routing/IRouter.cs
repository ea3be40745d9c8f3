using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing;

/// <summary>
/// Chooses where one request goes. Pure: same view and state, same choice. The router is immutable; what it remembers lives in its state,
/// which hears of every request that comes, of each decision, and of how the request ended.
/// </summary>
public interface IRouter
{
    /// <summary>The policy as it is written (<see cref="Catalogue.PolicySpec"/>).</summary>
    string Name { get; }

    /// <summary>What the choice depends on; the host fills these columns of the view and no others.</summary>
    Signals Reads => Signals.Load;

    /// <summary>Fresh memory for one fleet.</summary>
    PolicyState NewState();

    /// <summary>
    /// The decision, about indices into <see cref="FleetView.Endpoints"/>, which holds at least one; ties go to the lowest.
    /// </summary>
    RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state);
}
