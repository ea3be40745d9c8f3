using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// The replica with the least 4 × waiting + running, as vLLM's front end for data parallelism chooses; the lowest index among equals.
/// </summary>
public sealed class VllmDpRouter : IRouter
{
    private const int WaitingWeight = 4;

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new("the least 4 x waiting + running", "vLLM's front end for data parallelism")
    {
        Evidence = Evidence.Recalled,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => "vllm-dp";

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var best = 0;
        for (var index = 1; index < fleet.Endpoints.Length; index++)
        {
            if (LoadOf(fleet.Endpoints[index]) < LoadOf(fleet.Endpoints[best])) best = index;
        }

        return RouteDecision.To(best);
    }

    private static long LoadOf(in EndpointView endpoint) => ((long)WaitingWeight * endpoint.Waiting) + endpoint.Running;
}
