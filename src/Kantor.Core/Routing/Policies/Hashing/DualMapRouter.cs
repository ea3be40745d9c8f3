using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Hashing;

/// <summary>
/// DualMap: two candidates by two hashes of the prompt's beginning on one ring, so that all that begin alike see the same two. The one with
/// more of the prompt cached is taken while its predicted first token keeps the objective, otherwise the one with less before it (arXiv
/// 2602.06502).
/// </summary>
/// <remarks>
/// The beginning is longer for hot prefixes, whose share of the last requests is above 2/n. Its rebalancing moves requests that wait from
/// one replica to another, which this contract has no means for; it is left out.
/// </remarks>
public sealed class DualMapRouter(DualMapOptions? options = null) : IRouter
{
    private readonly DualMapOptions _options = options ?? new DualMapOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "of two replicas by two hashes of the prompt's beginning, the one with more of it cached while that keeps the objective",
        "DualMap, arXiv 2602.06502, without its moving of requests that wait")
    {
        Model = "keys on a ring",
        Guarantee = "a replica more or less changes at most one of a key's two candidates",
        Evidence = Evidence.Stated,
        Cost = "O(log points + blocks of the prompt), two step times",
    };

    /// <inheritdoc/>
    public string Name => PolicySpec.Of("dualmap", DualMapOptions.Keys, _options).ToString();

    /// <inheritdoc/>
    public Signals Reads => Signals.Content | Signals.StepTime | PromptQueue.Reads;

    /// <inheritdoc/>
    public PolicyState NewState() => new DualMapState(_options);

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (DualMapState)state;
        var (first, second) = memory.Candidates(request, fleet);
        var place = Choose(request, fleet, memory, first, second);
        memory.Send(request, fleet, place);
        return RouteDecision.To(place);
    }

    private int Choose(RequestFacts request, in FleetView fleet, DualMapState memory, int first, int second)
    {
        var (firstUs, secondUs) = (Us(request, fleet, memory, first), Us(request, fleet, memory, second));
        var soonest = secondUs < firstUs ? second : first;
        if (!_options.Gate) return soonest;
        var (firstHits, secondHits) = (fleet.HitTokens[first], fleet.HitTokens[second]);
        var limitUs = PromptTime.LimitUs(request, fleet, _options.TtftMs) - (fleet.NowUs - request.ArrivalUs);
        if (firstHits > secondHits && firstUs <= limitUs) return first;
        if (secondHits > firstHits && secondUs <= limitUs) return second;
        return memory.TokensBefore(fleet, second) < memory.TokensBefore(fleet, first) ? second : first;
    }

    private static double Us(RequestFacts request, in FleetView fleet, DualMapState memory, int place) =>
        PromptTime.FirstTokenUs(request, fleet, place, memory.TokensBefore(fleet, place));
}
