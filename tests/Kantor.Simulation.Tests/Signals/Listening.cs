using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;

namespace Kantor.Simulation.Tests.Signals;

/// <summary>In turn, whatever it hears, so that two runs that hear differently stay the same.</summary>
internal sealed class Listening : IRouter
{
    public List<(long NowUs, EndpointView View)> Heard { get; } = [];

    public string Name => "listening";

    public PolicyState NewState() => new();

    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        foreach (var endpoint in fleet.Endpoints) Heard.Add((fleet.NowUs, endpoint));
        return RouteDecision.To((int)(request.Id.Value % fleet.Endpoints.Length));
    }
}
