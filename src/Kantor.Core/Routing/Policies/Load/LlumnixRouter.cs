using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Load;

/// <summary>
/// The dispatch of Llumnix: to the freest replica, by freeness = (memory − virtual usage) / batch size. Virtual usage is what live requests
/// hold and what those that wait will take, so that a queue makes a replica less than empty (arXiv 2406.03243, section 4.4).
/// </summary>
/// <remarks>
/// Llumnix moves running requests from the least free replica to the freest and so may dispatch by the present; there is no such move in
/// this contract. What is here is its dispatch alone.
/// </remarks>
public sealed class LlumnixRouter() : CostRouter("llumnix", Signals.Load | Signals.Work | Signals.Booked)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the most free KV, less what those that wait will take, by running request; without Llumnix's live migration",
        "Llumnix, arXiv 2406.03243, its dispatch")
    {
        Evidence = Evidence.Recalled,
        Cost = "O(endpoints)",
    };

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var waiting = Math.Max(0, fleet.QueuedTokens[place] - endpoint.Running) + fleet.BookedTokens[place];
        return -(double)(endpoint.KvTokensTotal - endpoint.KvTokensUsed - waiting) / Math.Max(1, endpoint.Running);
    }
}
