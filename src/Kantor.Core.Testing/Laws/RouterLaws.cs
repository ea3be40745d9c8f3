using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Laws;

/// <summary>The laws that every router must keep, on random fleets; a message names the seed.</summary>
public static class RouterLaws
{
    private const ulong Seeds = 100;
    private const int Requests = 12;
    private const int SpreadOver = 4;

    /// <summary>Throws when the router breaks a law.</summary>
    /// <exception cref="LawBrokenException">What it breaks.</exception>
    public static void Check(IRouter router)
    {
        DecidesWithinTheView(router);
        SameFleetGivesSameDecision(router);
    }

    /// <summary>
    /// Every decision is about an endpoint of the view or holds until later, with no other columns than those that the router reads: one
    /// that reads more than it says fails here. Endpoints leave and others join meanwhile, and requests end, are handed on and are asked
    /// about twice. A prompt begins at no endpoint that only goes on with requests.
    /// </summary>
    public static void DecidesWithinTheView(IRouter router) => Workloads.ForEachSeed(Seeds, seed => RoutedRun.Of(router, seed, Requests));

    /// <summary>The same requests and fleets give the same decisions, with memories of their own.</summary>
    public static void SameFleetGivesSameDecision(IRouter router) => Workloads.ForEachSeed(Seeds, seed =>
    {
        var (first, again) = (RoutedRun.Of(router, seed, Requests), RoutedRun.Of(router, seed, Requests));
        LawBrokenException.Unless(
            first.SequenceEqual(again), () => $"decided {string.Join(", ", first)} and then {string.Join(", ", again)}");
    });

    /// <summary>
    /// Requests that have nothing in common are shared by equal endpoints whose load follows from what they were sent: none gets more than
    /// <paramref name="timesMean"/> times its share.
    /// </summary>
    public static void SpreadsWhatHasNothingInCommon(IRouter router, double timesMean) => Workloads.ForEachSeed(4, seed =>
    {
        const int Sent = 400;
        var (random, state, counts) = (new RandomStream(seed, "spread"), router.NewState(), new int[SpreadOver]);
        for (var replica = 0; replica < SpreadOver; replica++) state.EndpointJoined(new EndpointId(replica));
        var open = new Queue<(RequestFacts Request, int Replica)>();
        var there = new int[SpreadOver];
        for (var id = 0; id < Sent; id++)
        {
            var request = RoutedRun.Request(random, id, id * 10_000L);
            if (open.Count == 12) End(open.Dequeue());
            var fleet = Loaded(there, random, request, id * 10_000L);
            state.TimeIs(fleet.NowUs);
            state.Arrived(request, id);
            var chosen = router.Route(request, fleet.View(router.Reads), state).Endpoint ?? 0;
            state.Decided(DecisionKind.Route, request.Id, chosen);
            open.Enqueue((request, chosen));
            (counts[chosen], there[chosen]) = (counts[chosen] + 1, there[chosen] + 1);
        }

        LawBrokenException.Unless(
            counts.Max() <= timesMean * Sent / SpreadOver, () => $"sent {string.Join(", ", counts)} requests to equal endpoints");

        void End((RequestFacts Request, int Replica) oldest)
        {
            there[oldest.Replica]--;
            state.Ended(oldest.Request, (int)oldest.Request.Id.Value, new(RequestOutcome.Stopped, 8, 0));
        }
    });

    /// <summary>
    /// Where endpoints stand in the view does not matter: with their order turned round, and so their numbers, the decision is about the
    /// same endpoint. For routers that decide by load alone, without equal endpoints.
    /// </summary>
    public static void OrderOfEndpointsDoesNotMatter(IRouter router) => Workloads.ForEachSeed(Seeds, seed =>
    {
        var random = new RandomStream(seed, "order");
        var request = RoutedRun.Request(random, 0, 0);
        var loads = Enumerable.Range(0, 5).Select(index => (Of: index, Key: random.NextBits())).OrderBy(load => load.Key)
            .Select(load => load.Of).ToArray();
        var (straight, turned) = (Ranked(loads), Ranked([.. loads.Reverse()]));
        var (first, second) = (straight.Route(router, request).Endpoint, turned.Route(router, request).Endpoint);
        LawBrokenException.Unless(
            first == loads.Length - 1 - second, () => $"chose {first}, and {second} when the order was turned round");
    });

    /// <summary>Endpoints of which one is better than another in everything.</summary>
    private static FleetBuilder Ranked(int[] loads)
    {
        var fleet = new FleetBuilder { NowUs = 1_000 };
        foreach (var load in loads)
        {
            fleet.Add(load, 3 * load, 7 * load, hitTokens: 0, queuedTokens: (50 * load) + (3 * load), bookedTokens: load);
        }

        return fleet;
    }

    private static FleetBuilder Loaded(int[] there, RandomStream random, RequestFacts request, long nowUs)
    {
        var fleet = new FleetBuilder
        {
            NowUs = nowUs,
            KvBlocksTotal = 4_000,
            Content = RoutedRun.Content(random, request, isFresh: true),
        };
        foreach (var requests in there)
        {
            fleet.Add(requests / 2, requests - (requests / 2), 100 * requests, queuedTokens: 100 * (requests / 2) + requests);
        }

        return fleet;
    }
}
