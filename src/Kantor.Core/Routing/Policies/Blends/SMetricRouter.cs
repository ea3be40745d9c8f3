using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>
/// SMetric: the first turn of a session goes where prompt work times requests is least; a later one to the replica with most of it cached,
/// if that is most of what came before, unless that breaks the objective of the first token and another keeps it (arXiv 2607.08565; vLLM
/// router, policies/smetric.rs).
/// </summary>
/// <remarks>A request that names no session counts as a later turn whose prompt is its history.</remarks>
public sealed class SMetricRouter(SMetricOptions? options = null) : IRouter
{
    private readonly SMetricOptions _options = options ?? new SMetricOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "first turns by prompt work x requests; later ones where most is cached, while that keeps the objective or nobody does",
        "SMetric, arXiv 2607.08565; vLLM router, policies/smetric.rs")
    {
        Evidence = Evidence.CodeRead,
        Cost = "O(endpoints), a step time each",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("smetric", SMetricOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => PromptQueue.Reads | Signals.StepTime;

    /// <inheritdoc/>
    public PolicyState NewState() => new Memory();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (Memory)state;
        var limitUs = (_options.Slack * PromptTime.LimitUs(request, fleet, _options.TtftMs)) - (fleet.NowUs - request.ArrivalUs);
        var (least, leastScore, warmest, warmestKeeps, anyKeeps) = (0, double.PositiveInfinity, 0, false, false);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var firstTokenUs = PromptTime.FirstTokenUs(request, fleet, place, memory.TokensBefore(fleet, place));
            var keeps = firstTokenUs <= limitUs;
            anyKeeps |= keeps;
            var score = firstTokenUs * (fleet.Endpoints[place].Requests + 1);
            if (score < leastScore) (least, leastScore) = (place, score);
            if (place == 0 || fleet.HitTokens[place] > fleet.HitTokens[warmest]) (warmest, warmestKeeps) = (place, keeps);
        }

        var stays = IsWarm(request, memory, fleet.HitTokens[warmest]) && (warmestKeeps || !anyKeeps);
        return Send(request, fleet, memory, stays ? warmest : least);
    }

    private bool IsWarm(RequestFacts request, Memory memory, int hitTokens) =>
        hitTokens > 0 && hitTokens > _options.HitShare * memory.HistoryTokens(request);

    private static RouteDecision Send(RequestFacts request, in FleetView fleet, Memory memory, int place)
    {
        memory.Send(request, fleet, place);
        memory.Remember(request);
        return RouteDecision.To(place);
    }

    private sealed class Memory : PromptQueue
    {
        private readonly RecentSessions<int> _prompts = new();

        /// <summary>Tokens that came before; more than any prompt for the first turn of a session, so that nothing is enough.</summary>
        public double HistoryTokens(RequestFacts request)
        {
            if (request.Session is not { } session) return request.PromptTokens;
            return _prompts.TryGet(session, out var tokens) ? Math.Min(tokens, request.PromptTokens) : double.PositiveInfinity;
        }

        public void Remember(RequestFacts request)
        {
            if (request.Session is { } session) _prompts.Set(session, request.PromptTokens);
        }
    }
}
