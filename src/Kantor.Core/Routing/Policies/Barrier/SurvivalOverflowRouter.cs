using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>
/// Survival-weighted marginal overflow: the replica where a prompt of s tokens raises the fullest least over its whole life, the sum over h
/// of P(output &gt; h) · max(0, s + h − margin(h)), by five quantiles of the outputs of late (research notes, theory 4.3, from a
/// replication of BalanceRoute). No parameter; the exact one-step expectation of the barrier's cost for given projections.
/// </summary>
/// <remarks>
/// Projected loads: what a replica has, a token more of each of its requests with every token, times the share of the requests of the mean
/// age that are still there then. Until an answer has ended, all last as long as declared.
/// </remarks>
public sealed class SurvivalOverflowRouter() : CostRouter("survival-overflow", Signals.Load | Signals.Work | Signals.Booked)
{
    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "where the prompt raises the fullest replica least over its life, weighted by how long outputs last",
        "survival-weighted overflow, from a replication of BalanceRoute, arXiv 2605.06113")
    {
        Model = "replicas behind a barrier, the law of outputs known",
        Information = LengthInformation.Survival,
        Evidence = Evidence.Stated,
        Cost = "O(endpoints x 5)",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new SurvivalOverflowState();

    private protected override void Prepare(RequestFacts request, in FleetView fleet, PolicyState state) =>
        ((SurvivalOverflowState)state).Look(request, fleet);

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var memory = (SurvivalOverflowState)state;
        var tie = SurvivalOverflowState.Tokens(fleet, place) / 1e12;
        return memory.Overflow(fleet, place, request.PromptTokens) + tie;
    }

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state) =>
        ((SurvivalOverflowState)state).Book(request, fleet.Endpoints[place].Replica, 0, fleet.NowUs);
}
