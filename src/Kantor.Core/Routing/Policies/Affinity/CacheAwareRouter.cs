using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>
/// The <c>cache_aware</c> of SGLang's gateway: while requests are spread evenly, the replica that was sent the longest part of the prompt,
/// if that is more than a share of it; otherwise, and for prompts that are new, the replica with the fewest requests.
/// </summary>
/// <remarks>
/// What caches hold is guessed from what was sent. Where a new prompt goes to the replica with the least sent
/// (<see cref="UnmatchedFate.LeastSent"/>), as it once did, one that has just come back gets every new prompt.
/// </remarks>
public sealed class CacheAwareRouter(CacheAwareOptions? options = null) : IRouter
{
    private readonly CacheAwareOptions _options = options ?? new CacheAwareOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "while loads are even, the replica that was sent the longest part of the prompt, if that is long; else the fewest requests",
        "SGLang model gateway, policies/cache_aware.rs")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints x log blocks + blocks of the prompt)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("cache-aware", CacheAwareOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => Signals.Load | Signals.Content;

    /// <inheritdoc/>
    public PolicyState NewState() => new PrefixMemory(new(_options.BlockTokens, _options.IndexTokens));

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (PrefixMemory)state;
        memory.Read(request, fleet);
        var place = Imbalance.IsTooLarge(fleet, _options.ImbalanceMin, _options.ImbalanceFactor)
            ? Best.LeastRequests(fleet)
            : ByPrefix(request, fleet, memory);
        memory.Send(fleet.Endpoints[place].Replica);
        return RouteDecision.To(place);
    }

    private int ByPrefix(RequestFacts request, in FleetView fleet, PrefixMemory memory)
    {
        var (best, most) = (0, 0);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var hit = memory.HitTokens(request, fleet.Endpoints[place].Replica);
            if (hit <= most) continue;
            (best, most) = (place, hit);
        }

        if (most > _options.MatchShare * request.PromptTokens) return best;
        return _options.Unmatched == UnmatchedFate.LeastSent ? LeastSent(fleet, memory) : Best.LeastRequests(fleet);
    }

    private static int LeastSent(in FleetView fleet, PrefixMemory memory)
    {
        var best = 0;
        for (var place = 1; place < fleet.Endpoints.Length; place++)
        {
            if (memory.SentBlocks(fleet.Endpoints[place].Replica) < memory.SentBlocks(fleet.Endpoints[best].Replica)) best = place;
        }

        return best;
    }
}
