using Kantor.Core.Catalogue;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Adapters;
using Kantor.Core.Routing.Policies.Affinity;
using Kantor.Core.Routing.Policies.Barrier;
using Kantor.Core.Routing.Policies.Blends;
using Kantor.Core.Routing.Policies.Hashing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Routing.Policies.Phases;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Core.Routing.Policies.Priced;
using Kantor.Core.Routing.Policies.Windows;

namespace Kantor.Core;

/// <summary>Every router of ours, one line each, by family; in the order in which they are listed to people.</summary>
internal static class RouterCatalogue
{
    public static PolicyShelf<IRouter> NewShelf()
    {
        var shelf = new PolicyShelf<IRouter>("routing");
        AddLoad(shelf);
        AddAffinity(shelf);
        AddBlends(shelf);
        AddBarrier(shelf);
        AddOthers(shelf);
        return shelf;
    }

    private static void AddLoad(PolicyShelf<IRouter> shelf) => shelf
        .Add(Plain("round-robin", RoundRobinRouter.Card, () => new RoundRobinRouter()))
        .Add(Plain("random", RandomRouter.Card, () => new RandomRouter()))
        .Add(Plain("least-loaded", LeastLoadedRouter.Card, () => new LeastLoadedRouter()))
        .Add(Plain("two-choices", TwoChoicesRouter.Card, () => new TwoChoicesRouter()))
        .Add(Plain("vllm-dp", VllmDpRouter.Card, () => new VllmDpRouter()))
        .Add(Plain("jsq-kv", JsqKvRouter.Card, () => new JsqKvRouter()))
        .Add(Of("least-work", LeastWorkRouter.Card, LeastWorkOptions.Keys, options => new LeastWorkRouter(options)))
        .Add(Of("smg", SmgRouter.Card, SmgOptions.Keys, options => new SmgRouter(options)))
        .Add(Of(
            "ttft-aware", TtftAwareRouter.Card, TtftAwareOptions.Keys, options => new TtftAwareRouter(options),
            TtftAwareOptions.Contradiction))
        .Add(Plain("llumnix", LlumnixRouter.Card, () => new LlumnixRouter()));

    private static void AddAffinity(PolicyShelf<IRouter> shelf) => shelf
        .Add(Of("consistent-hash", ConsistentHashRouter.Card, ConsistentHashOptions.Keys, options => new ConsistentHashRouter(options)))
        .Add(Of("rendezvous", RendezvousRouter.Card, RendezvousOptions.Keys, options => new RendezvousRouter(options)))
        .Add(Of("dualmap", DualMapRouter.Card, DualMapOptions.Keys, options => new DualMapRouter(options), DualMapOptions.Contradiction))
        .Add(Of("cache-aware", CacheAwareRouter.Card, CacheAwareOptions.Keys, options => new CacheAwareRouter(options)))
        .Add(Plain("precise-cache-aware", PreciseCacheAwareRouter.Card, () => new PreciseCacheAwareRouter()))
        .Add(Of(
            "production-stack", ProductionStackRouter.Card, ProductionStackOptions.Keys, options => new ProductionStackRouter(options)))
        .Add(Of("llm-d-sticky", LlmDStickyRouter.Card, LlmDStickyOptions.Keys, options => new LlmDStickyRouter(options)));

    private static void AddBlends(PolicyShelf<IRouter> shelf) => shelf
        .Add(Of("llm-d", LlmDRouter.Card, LlmDOptions.Keys, options => new LlmDRouter(options)))
        .Add(Of("dynamo", DynamoRouter.Card, DynamoOptions.Keys, options => new DynamoRouter(options), DynamoOptions.Contradiction))
        .Add(Plain("lmetric", LMetricRouter.Card, () => new LMetricRouter()))
        .Add(Of("smetric", SMetricRouter.Card, SMetricOptions.Keys, options => new SMetricRouter(options)))
        .Add(Of("prism", PrismRouter.Card, PrismOptions.Keys, options => new PrismRouter(options)))
        .Add(Of("preble", PrebleRouter.Card, PrebleOptions.Keys, options => new PrebleRouter(options), PrebleOptions.Contradiction))
        .Add(Of("lbgr", LbgrRouter.Card, LbgrOptions.Keys, options => new LbgrRouter(options)));

    private static void AddBarrier(PolicyShelf<IRouter> shelf) => shelf
        .Add(Of("bf-io", BfIoRouter.Card, BfIoOptions.Keys, options => new BfIoRouter(options)))
        .Add(Of(
            "balance-route", BalanceRouteRouter.Card, BalanceRouteOptions.Keys, options => new BalanceRouteRouter(options),
            BalanceRouteOptions.Contradiction))
        .Add(Plain("survival-overflow", SurvivalOverflowRouter.Card, () => new SurvivalOverflowRouter()));

    private static void AddOthers(PolicyShelf<IRouter> shelf) => shelf
        .Add(Of("priced", PricedRouter.Card, PricedRouterOptions.Keys, options => new PricedRouter(options)))
        .Add(Of("bid-price", BidPriceRouter.Card, BidPriceOptions.Keys, options => new BidPriceRouter(options)))
        .Add(Of("dlora", DLoraRouter.Card, DLoraOptions.Keys, options => new DLoraRouter(options)))
        .Add(Of("polar", PolarRouter.Card, PolarOptions.Keys, options => new PolarRouter(options)))
        .Add(Plain("gate-and-route", GateAndRouteRouter.Card, () => new GateAndRouteRouter()))
        .Add(Plain("conductor", ConductorRouter.Card, () => new ConductorRouter()));

    private static PolicyEntry<IRouter> Plain(string name, PolicyCard card, Func<IRouter> make) => PolicyEntry.Of(name, card, make);

    private static PolicyEntry<IRouter> Of<TOptions>(
        string name,
        PolicyCard card,
        IReadOnlyList<OptionKey<TOptions>> keys,
        Func<TOptions, IRouter> make,
        Func<TOptions, PolicySpec, OptionFault?>? contradiction = null)
        where TOptions : class, new() => PolicyEntry.Of(name, card, keys, make, contradiction);
}
