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
        var run = new SpreadRun(router, seed, SpreadOver);
        for (var id = 0; id < Sent; id++) run.Send(id);
        LawBrokenException.Unless(
            run.Sent.Max() <= timesMean * Sent / SpreadOver, () => $"sent {string.Join(", ", run.Sent)} requests to equal endpoints");
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
}
