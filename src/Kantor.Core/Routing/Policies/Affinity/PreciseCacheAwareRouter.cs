using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>
/// The <c>precise_cache_aware</c> of vLLM's router: the replica with most of the prompt in its cache, as its KV events say, whatever its
/// load; the fewest requests where nobody has any of it.
/// </summary>
/// <remarks>The source breaks ties by the last replica; here, as its sibling in SGLang's gateway does, by load.</remarks>
public sealed class PreciseCacheAwareRouter : IRouter
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the replica with most of the prompt in its cache, whatever its load; the fewest requests where nobody has any",
        "vLLM router, policies/precise_cache_aware.rs")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => "precise-cache-aware";

    /// <inheritdoc/>
    public Signals Reads => Signals.Load | Signals.PrefixHits;

    /// <inheritdoc/>
    public PolicyState NewState() => new();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var best = 0;
        for (var place = 1; place < fleet.Endpoints.Length; place++)
        {
            var more = fleet.HitTokens[place] - fleet.HitTokens[best];
            if (more > 0 || (more == 0 && fleet.Endpoints[place].Requests < fleet.Endpoints[best].Requests)) best = place;
        }

        return RouteDecision.To(best);
    }
}
