using Kantor.Core.Catalogue;
using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Prices;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;

namespace Kantor.Core.Routing.Policies.Priced;

/// <summary>
/// Where a request costs least: what it loses by waiting there, what those lose who are served there while its prompt is computed, and what
/// its KV displaces (prices 3). With equal rates and without the KV term the second is LMetric's product, prompt tokens × requests.
/// </summary>
/// <remarks>
/// The rates of those who are there are summed as they come and go: O(1) a decision and endpoint. Work that this router sent since a
/// sample counts at once. Where step times are no times it goes to the endpoint with the fewest requests. Order within an endpoint's queue
/// is not known here: all of it counts as being ahead.
/// </remarks>
public sealed class PricedRouter : IRouter
{
    // Prompt tokens of the step by which the time of a token is reckoned.
    private const int StepTokens = 512;

    // Spread of the forecast of how full a pool will be.
    private const double KvSpread = 0.05;

    private readonly PricedRouterOptions _options;

    /// <summary>The router with its defaults, or others.</summary>
    public PricedRouter(PricedRouterOptions? options = null)
    {
        _options = options ?? new PricedRouterOptions();
        Name = PolicySpec.Of("priced", PricedRouterOptions.Keys, _options).ToString();
    }

    /// <summary>What is to be said of it.</summary>
    public static PolicyCard Card { get; } = new(
        "the least own delay and delay of others, by what each loses by a millisecond", "own; externality pricing; prices 3")
    {
        Model = "each endpoint one machine that serves in order of arrival",
        Information = LengthInformation.None,
        Evidence = Evidence.Own,
        Cost = "O(endpoints)",
    };

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Signals Reads => Signals.Load | Signals.TierHits | Signals.Work | Signals.Booked | Signals.StepTime;

    /// <inheritdoc/>
    public PolicyState NewState() => new PricedRouterState();

    /// <inheritdoc/>
    public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state)
    {
        var memory = (PricedRouterState)state;
        var rate = RateOf(fleet.ServiceClasses[request.Class]);
        memory.Judge(request.Id, rate);
        var (best, least) = (0, double.PositiveInfinity);
        for (var place = 0; place < fleet.Endpoints.Length; place++)
        {
            var cost = Cost(request, fleet, memory, place, rate);
            if (cost < least) (best, least) = (place, cost);
        }

        memory.Source = double.IsFinite(least) ? PriceSource.Current : PriceSource.None;
        return RouteDecision.To(memory.Source == PriceSource.Current ? best : Fewest(fleet));
    }

    /// <summary>
    /// What a millisecond takes off on the way: by latency, and, spread over its limit, by what keeping that is worth; where the objective
    /// prices neither, the class's weight by second.
    /// </summary>
    internal static double RateOf(ServiceClass serviceClass)
    {
        var slo = serviceClass.Slo;
        var byLimit = (slo.TtftUsMax ?? slo.E2eUsMax) is { } limitUs ? serviceClass.Value * 1_000 / limitUs : 0;
        var rate = byLimit + Valuation.LatencyRate(serviceClass, hasFirstToken: false);
        return rate > 0 ? rate : serviceClass.Weight / 1_000;
    }

    private double Cost(RequestFacts request, in FleetView fleet, PricedRouterState memory, int place, double rate)
    {
        ref readonly var endpoint = ref fleet.Endpoints[place];
        var tokenMs = TokenMs(fleet, place);
        var missing = Math.Max(1, request.PromptTokens - fleet.TierHitTokens[place]);
        var (aheadMs, ownMs) = ((fleet.QueuedTokens[place] + fleet.BookedTokens[place]) * tokenMs, missing * tokenMs);
        var own = rate * (aheadMs + ownMs);
        var others = RateOfOthers(memory, endpoint, rate);
        var externality = _options.CountsOthers ? ownMs * others : 0;
        var fullness = KvShare(endpoint, endpoint.Requests + 1);
        var overflow = _options.CountsKv ? Valuation.KeptShare(fullness - 1, KvSpread) * ownMs * (rate + others) : 0;
        if (fleet.Log is { } log) Explain(log, request, endpoint, own, externality, overflow);
        return own + externality + overflow;
    }

    private static void Explain(
        IDecisionLog log, RequestFacts request, in EndpointView endpoint, double own, double externality, double overflow) =>
        log.Write(DecisionKind.Route, request.Id, endpoint.Replica, [
            new("own-delay", own, endpoint.Ages.WaitingUs), new("delay-of-others", externality, endpoint.Ages.RunningUs),
            new("kv", overflow, endpoint.Ages.KvUs)]);

    /// <summary>
    /// What all who are there lose by a millisecond; those whom this router did not send are taken to be like the newcomer.
    /// </summary>
    private static double RateOfOthers(PricedRouterState memory, in EndpointView endpoint, double rate) =>
        Math.Max(memory.RateAt(endpoint.Replica), Math.Max(0, endpoint.Requests - memory.CountAt(endpoint.Replica)) * rate);

    /// <summary>How full the pool is with so many requests, if all take what a mean one there takes.</summary>
    private static double KvShare(in EndpointView endpoint, int requests) =>
        endpoint.Requests == 0 ? 0 : (double)endpoint.KvBlocksUsed / endpoint.Requests * requests / Math.Max(1, endpoint.KvBlocksTotal);

    private static double TokenMs(in FleetView fleet, int place)
    {
        var stepUs = fleet.StepTimes[place].StepUs(new StepLoad(StepTokens, fleet.Endpoints[place].Running, 0, 0));
        return stepUs > 0 ? stepUs / StepTokens / 1_000 : double.NaN;
    }

    private static int Fewest(in FleetView fleet)
    {
        var fewest = 0;
        for (var place = 1; place < fleet.Endpoints.Length; place++)
        {
            if (fleet.Endpoints[place].Requests < fleet.Endpoints[fewest].Requests) fewest = place;
        }

        return fewest;
    }
}
