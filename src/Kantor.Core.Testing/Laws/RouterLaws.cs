using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Laws;

/// <summary>The laws that every router must keep, on random fleets; a message names the seed.</summary>
public static class RouterLaws
{
    private const ulong Seeds = 200;

    /// <summary>Throws when the router breaks a law.</summary>
    /// <exception cref="LawBrokenException">What it breaks.</exception>
    public static void Check(IRouter router)
    {
        DecidesWithinTheView(router);
        SameFleetGivesSameDecision(router);
    }

    /// <summary>
    /// Every decision is about an endpoint of the view or holds until later, with no other columns than those that the router reads: one that reads
    /// more than it says fails here. The fleet grows and shrinks meanwhile.
    /// </summary>
    public static void DecidesWithinTheView(IRouter router) => Workloads.ForEachSeed(Seeds, seed =>
    {
        var (random, state) = (new RandomStream(seed, "fleet"), router.NewState());
        for (var id = 0; id < 5; id++) RequireWithin(Decide(router, random, state, id, out var endpoints, out var nowUs), endpoints, nowUs);
    });

    /// <summary>The same requests and fleets give the same decisions, with memories of their own.</summary>
    public static void SameFleetGivesSameDecision(IRouter router) => Workloads.ForEachSeed(Seeds, seed =>
    {
        var (first, again) = (Decisions(router, seed), Decisions(router, seed));
        LawBrokenException.Unless(first.SequenceEqual(again), () => $"decided {string.Join(", ", first)} and then {string.Join(", ", again)}");
    });

    private static RouteDecision[] Decisions(IRouter router, ulong seed)
    {
        var (random, state) = (new RandomStream(seed, "fleet"), router.NewState());
        return [.. Enumerable.Range(0, 5).Select(id => Decide(router, random, state, id, out _, out _))];
    }

    private static RouteDecision Decide(IRouter router, RandomStream random, PolicyState state, int id, out int endpoints, out long nowUs)
    {
        endpoints = 1 + random.NextInt(6);
        nowUs = id * 1_000L;
        var request = new RequestFacts { Id = new RequestId(id), PromptTokens = 1 + random.NextInt(100), OutputTokensMax = 8, ArrivalUs = nowUs };
        state.TimeIs(nowUs);
        state.Arrived(request, id);
        try
        {
            return router.Route(request, Fleet(random, endpoints, nowUs).View(router.Reads), state);
        }
        catch (IndexOutOfRangeException)
        {
            throw new LawBrokenException($"reads a column that it does not declare; it declares {router.Reads}");
        }
    }

    private static FleetBuilder Fleet(RandomStream random, int endpoints, long nowUs)
    {
        var fleet = new FleetBuilder { NowUs = nowUs };
        for (var index = 0; index < endpoints; index++)
        {
            fleet.Add(random.NextInt(5), random.NextInt(9), random.NextInt(100), random.NextInt(20), queuedTokens: random.NextInt(500), ageUs: random.NextInt(1_000));
        }

        return fleet;
    }

    private static void RequireWithin(RouteDecision decision, int endpoints, long nowUs)
    {
        if (decision.HoldUntilUs is { } untilUs) LawBrokenException.Unless(untilUs > nowUs, () => $"holds until {untilUs} us, which does not lie after {nowUs} us");
        else LawBrokenException.Unless(IsOneOf(decision.Endpoint, endpoints) && (decision.Decode is null || IsOneOf(decision.Decode, endpoints)), () => $"{decision} of {endpoints} endpoints");
    }

    private static bool IsOneOf(int? index, int endpoints) => index >= 0 && index < endpoints;
}
