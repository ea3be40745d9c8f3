using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Plain;

/// <summary>A replica drawn by the request's id, each as likely as any other. The control that reads nothing and herds nobody.</summary>
public sealed class RandomRouter : IRouter
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("a replica drawn at random, whatever its load", "a control")
    {
        Model = "independent requests, equal replicas",
        Guarantee = "each gets the same number in the mean; the fullest of n that get n has about ln n / ln ln n (Gonnet, 1981)",
        Evidence = Evidence.Recalled,
        Cost = "O(1)",
    };

    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public Signals Reads => Signals.None;

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RouteDecision.To(Hashes.Draw(request.Id, fleet.Endpoints.Length));
    }
}
