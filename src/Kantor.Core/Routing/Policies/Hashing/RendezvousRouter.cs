using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>
/// The <c>rendezvous_hash</c> of vLLM's router: of all replicas the one whose hash together with the session's is highest (Thaler and
/// Ravishankar, 1998). Shares are even without points on a ring.
/// </summary>
public sealed class RendezvousRouter(RendezvousOptions? options = null) : IRouter
{
    private readonly RendezvousOptions _options = options ?? new RendezvousOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the replica whose hash with that of the session, or else of the beginning of the prompt, is highest",
        "vLLM router, policies/rendezvous_hash.rs; Thaler and Ravishankar, 1998")
    {
        Model = "keys without popularity",
        Guarantee = "a replica that leaves moves its own keys alone; shares are those of random draws",
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("rendezvous", RendezvousOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => Signals.Content;

    /// <inheritdoc/>
    public PolicyState NewState() => new Memory(_options);

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var key = ((Memory)state).Key.Of(request, fleet);
        var (best, highest) = (0, 0UL);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var weight = Hashes.Of(key, (ulong)fleet.Endpoints[place].Replica);
            if (weight <= highest) continue;
            (best, highest) = (place, weight);
        }

        return RouteDecision.To(best);
    }

    private sealed class Memory(RendezvousOptions options) : PolicyState
    {
        public RequestKey Key { get; } = new(options.PrefixTokens);
    }
}
