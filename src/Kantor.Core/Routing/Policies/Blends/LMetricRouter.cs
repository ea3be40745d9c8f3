using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Blends;

/// <summary>
/// LMetric: the least product of what is to be computed before the first token, after hits, and the requests that are there with it. Two
/// terms, no weight (arXiv 2603.15202).
/// </summary>
public sealed class LMetricRouter() : CostRouter("lmetric", PromptQueue.Reads)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least product of prompt tokens to compute, before it and its own after hits, and requests", "LMetric, arXiv 2603.15202")
    {
        Evidence = Evidence.Stated,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new PromptQueue();

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state) =>
        (((PromptQueue)state).TokensBefore(fleet, place) + PromptQueue.Missing(request, fleet, place))
        * (fleet.Endpoints[place].Requests + 1);

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state) =>
        ((PromptQueue)state).Send(request, fleet, place);
}
