using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Core.Admission;

/// <summary>
/// Decides whether a request is let in: asked once for each, before it is routed in a fleet and before the queue at a replica. Pure: same
/// view and state, same verdict. It is immutable; what it remembers lives in its state, which hears of the requests that are let in.
/// </summary>
public interface IAdmission
{
    /// <summary>The policy as it is written (<see cref="Catalogue.PolicySpec"/>).</summary>
    string Name { get; }

    /// <summary>What the verdict depends on; the host fills these columns of the view and no others.</summary>
    Signals Reads => Signals.Load;

    /// <summary>Fresh memory for one fleet or replica.</summary>
    PolicyState NewState();

    /// <summary>
    /// The verdict. At a replica the view has that one endpoint; in a fleet it may have none, while no endpoint takes requests.
    /// </summary>
    Verdict Judge(RequestFacts request, in FleetView fleet, PolicyState state);
}
