using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing.Parts;

namespace Kantor.Core.Routing.Policies.Priced;

/// <summary>
/// Online-LP bid prices (arXiv 2607.03948): each replica has a price for a slot and for its KV in each of the next moments, which rises
/// while the requests that are believed to be there then exceed what there is, and falls to zero otherwise. A request goes where its
/// predicted first token and the prices of its life are least.
/// </summary>
/// <remarks>
/// Prices are in microseconds, like the time that they are added to: price ← max(0, price + gain · seconds · (use − 1)), a projected
/// subgradient step of the dual at every decision. Where nothing is scarce it is the soonest first token. The source holds a request whose
/// price exceeds its reward; that is admission's part here.
/// </remarks>
public sealed class BidPriceRouter(BidPriceOptions? options = null) : CostRouter(
    PolicySpec.Of("bid-price", BidPriceOptions.Keys, options ?? new BidPriceOptions()).ToString(), PromptQueue.Reads | Signals.StepTime)
{
    private readonly BidPriceOptions _options = options ?? new BidPriceOptions();

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least of the predicted first token plus the prices of slots and KV over the request's life",
        "online-LP bid prices, arXiv 2607.03948")
    {
        Model = "known lengths, a dual that is followed by subgradient steps",
        Information = LengthInformation.Point,
        Evidence = Evidence.Reconstructed,
        Cost = "O(endpoints x moments), a step time each",
    };

    /// <inheritdoc/>
    public override PolicyState NewState() => new BidPriceState(_options);

    private protected override void Prepare(RequestFacts request, in FleetView fleet, PolicyState state) =>
        ((BidPriceState)state).Follow(fleet);

    private protected override double Cost(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        var memory = (BidPriceState)state;
        var firstTokenUs = PromptTime.FirstTokenUs(request, fleet, place, memory.Queue.TokensBefore(fleet, place));
        return firstTokenUs + memory.PriceUs(request, fleet.Endpoints[place]);
    }

    private protected override void Sent(RequestFacts request, in FleetView fleet, int place, PolicyState state)
    {
        ((BidPriceState)state).Queue.Send(request, fleet, place);
        ((BidPriceState)state).Send(request, fleet, place);
    }
}
