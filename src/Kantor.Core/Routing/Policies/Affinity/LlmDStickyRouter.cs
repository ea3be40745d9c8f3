using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Affinity;

/// <summary>
/// llm-d's "sticky until saturated": among the replicas that have at least 80 % of the prompt cached, unless the prompts that wait there
/// would take longer than 18 s; otherwise among all. Of these the one with the fewest prompt tokens before the request.
/// </summary>
public sealed class LlmDStickyRouter(LlmDStickyOptions? options = null) : IRouter
{
    private readonly LlmDStickyOptions _options = options ?? new LlmDStickyOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "among those that have most of the prompt cached until too many tokens wait there, else among all, the fewest tokens before it",
        "llm-d router, prefix-cache-affinity-filter")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("llm-d-sticky", LlmDStickyOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => PromptQueue.Reads;

    /// <inheritdoc/>
    public PolicyState NewState() => new PromptQueue();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (PromptQueue)state;
        var place = Least(request, fleet, memory, sticky: true) ?? Least(request, fleet, memory, sticky: false)!.Value;
        memory.Send(request, fleet, place);
        return RouteDecision.To(place);
    }

    private int? Least(RequestFacts request, in FleetView fleet, PromptQueue memory, bool sticky)
    {
        var (best, least) = ((int?)null, double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var tokens = memory.TokensBefore(fleet, place);
            var isIn = !sticky || (fleet.HitTokens[place] >= _options.MatchShare * request.PromptTokens && tokens <= _options.QueuedMax);
            if (!isIn || tokens >= least) continue;
            (best, least) = (place, tokens);
        }

        return best;
    }
}
