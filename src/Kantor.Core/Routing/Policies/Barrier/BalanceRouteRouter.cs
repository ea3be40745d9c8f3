using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Policies.Barrier;

/// <summary>
/// BalanceRoute (arXiv 2605.06113). BR-0: the highest s − G · max(0, s − margin) for a prompt of s tokens among G replicas, where the
/// margin of a replica is what it has less than the fullest. BR-H, with more than one moment: the same summed over the next moments, later
/// ones less.
/// </summary>
/// <remarks>
/// Equal scores go to the least load: without, 43 % of the requests went to one of eight replicas in a replication. Its classifier of who
/// ends soon is the mean output of late, and its cheap filter before the finer choice is not needed for one request.
/// </remarks>
public sealed class BalanceRouteRouter(BalanceRouteOptions? options = null)
    : BarrierRouter(PolicySpec.Of("balance-route", BalanceRouteOptions.Keys, options ?? new BalanceRouteOptions()).ToString())
{
    private readonly BalanceRouteOptions _options = options ?? new BalanceRouteOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "where the prompt raises the fullest replica least, of these the least loaded; with more moments, over the time to come",
        "BalanceRoute, arXiv 2605.06113, BR-0 and BR-H")
    {
        Model = "replicas behind a barrier",
        Information = LengthInformation.EndsWithin,
        Evidence = Evidence.Stated,
        Cost = "O(endpoints x moments)",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new BarrierState(_options.MomentMs, _options.Moments);

    private protected override double Score(RequestFacts request, BarrierState memory, int place) =>
        memory.Score(place, request.PromptTokens, memory.Endpoints, _options.Decay);
}
