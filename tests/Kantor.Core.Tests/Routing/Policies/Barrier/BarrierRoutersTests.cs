using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Barrier;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Barrier;

public class BarrierRoutersTests
{
    public static TheoryData<string> Routers => ["bf-io", "balance-route", "balance-route:moments=8", "survival-overflow"];

    [Theory]
    [MemberData(nameof(Routers))]
    public void A_prompt_that_fits_below_the_fullest_replica_raises_it_nowhere_and_goes_to_the_least_loaded(string name)
    {
        Assert.Equal(2, Send(name, prompt: 100, 5_000, 1_000, 400));
        // The fullest stays the fullest only at the emptiest replica.
        Assert.Equal(1, Send(name, prompt: 4_000, 5_000, 800, 2_000));
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public void Requests_of_one_moment_level_the_fleet(string name)
    {
        var (router, loads) = (new Routed(PolicyCatalogue.Router(name)), new long[6]);
        for (var id = 0; id < 300; id++)
        {
            var prompt = 50 + ((37 * id) % 400);
            var fleet = new FleetBuilder { KvBlocksTotal = 1_000_000 };
            foreach (var load in loads) fleet.Add(running: (int)(load / 200), kvBlocksUsed: (int)load, queuedTokens: load / 200);
            loads[router.Send(fleet, Routed.Request(id, prompt))] += prompt;
        }

        // Mean of max · G − sum, relative to the sum: below a percent; in turn, whatever the prompts, it is several times that.
        Assert.InRange((loads.Max() * 6.0 / loads.Sum()) - 1, 0, 0.04);
    }

    [Fact]
    public void Balance_route_counts_what_overflows_as_often_as_there_are_replicas()
    {
        var state = new BarrierState(100, 1);
        state.LookAtAll(Fleet(500, 300, 450).View(new BfIoRouter().Reads));
        Assert.Equal((0.0, 50.0, 100.0), (state.Overflow(1, 0, 200), state.Overflow(1, 0, 250), state.Overflow(0, 0, 100)));
    }

    [Fact]
    public void Who_ends_soon_makes_room_soon()
    {
        // Two replicas that hold as much; the requests of the second are about to end.
        var router = new Routed(new BalanceRouteRouter(new() { Moments = 20, MomentMs = 100, Decay = 1 }));
        for (var id = 0; id < 400; id++)
        {
            var request = Routed.Request(1_000 + id, prompt: 1);
            router.Send(At(0, Fleet(0)), request);
            router.End(request, generated: 50, nowUs: 0 + (50 * 20_000));
        }

        // Answers of 50 tokens, 20 ms each: a second.
        router.Send(At(2_000_000, Fleet(2_000, 0)), Routed.Request(1, prompt: 1_000));
        router.Send(At(2_800_000, Fleet(2_000, 2_000)), Routed.Request(2, prompt: 1_000));
        Assert.Equal(1, router.Send(At(2_900_000, Held(1_000, 1_000)), Routed.Request(3, prompt: 100)));
    }

    [Fact]
    public void Bf_io_with_slots_holds_until_there_is_one()
    {
        var router = new Routed(new BfIoRouter(new() { Slots = 4 }));
        var full = new FleetBuilder { NowUs = 7 };
        full.Add(running: 4);
        full.Add(running: 3, waiting: 1);
        Assert.Equal(1_000_007, router.Decide(full).HoldUntilUs);
        full.Add(running: 3, kvBlocksUsed: 99);
        Assert.Equal(2, router.Send(full));
    }

    [Fact]
    public void Survival_weighted_overflow_is_the_sum_over_a_life_of_known_length()
    {
        // All answers have 10 tokens: at the last step the prompt of 100 has grown by 9, and is above a margin of 0 or 50 by that much.
        var state = new SurvivalOverflowState();
        for (var id = 0; id < 50; id++)
        {
            state.Book(Routed.Request(id), 0, 0, nowUs: 0);
            state.TimeIs(id);
            state.Ended(Routed.Request(id), 0, new(RequestOutcome.Stopped, 10, 0));
        }

        var view = Fleet(200, 150).View(new BfIoRouter().Reads);
        state.Look(Routed.Request(99), view);
        Assert.Equal(109.0 / 59, state.Overflow(view, 0, 100) / state.Overflow(view, 1, 100), 9);
        Assert.Equal(0, state.Overflow(view, 1, 41));
    }

    private static int Send(string name, int prompt, params int[] loads) =>
        new Routed(PolicyCatalogue.Router(name)).Send(Fleet(loads), Routed.Request(0, prompt, output: 20));

    private static FleetBuilder Fleet(params int[] loads)
    {
        var fleet = new FleetBuilder { KvBlocksTotal = 10_000 };
        foreach (var load in loads) fleet.Add(kvBlocksUsed: load);
        return fleet;
    }

    private static FleetBuilder Held(params int[] loads)
    {
        var fleet = new FleetBuilder { KvBlocksTotal = 10_000 };
        foreach (var load in loads) fleet.Add(running: 1, kvBlocksUsed: load, queuedTokens: 1);
        return fleet;
    }

    private static FleetBuilder At(long nowUs, FleetBuilder fleet)
    {
        var moved = new FleetBuilder { KvBlocksTotal = fleet.KvBlocksTotal, NowUs = nowUs };
        foreach (var endpoint in fleet.View(Signals.Load).Endpoints)
        {
            moved.Add(running: endpoint.Running, kvBlocksUsed: endpoint.KvBlocksUsed, queuedTokens: endpoint.Running);
        }

        return moved;
    }
}
