using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// Join the shortest queue by KV: the replica whose live requests, with the prompts that wait or were sent since, take the least share of
/// its KV. Counts look balanced while long contexts fill a pool; tokens do not.
/// </summary>
public sealed class JsqKvRouter() : CostRouter("jsq-kv", Signals.Load | Signals.Work | Signals.Booked)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the replica whose requests, those that wait too, take the least share of its KV",
        "join the shortest queue by KV load, as measured beside BalanceRoute, arXiv 2605.06113")
    {
        Evidence = Evidence.Stated,
        Cost = "O(endpoints)",
    };

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var tokens = endpoint.KvTokensUsed + fleet.QueuedTokens[place] + fleet.BookedTokens[place];
        return (double)tokens / Math.Max(1, endpoint.KvTokensTotal);
    }
}
