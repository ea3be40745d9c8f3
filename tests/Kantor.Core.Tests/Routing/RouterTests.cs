using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Routing.Policies.Plain;

namespace Kantor.Core.Tests.Routing;

public class RouterTests
{
    private static readonly RequestFacts Request = new() { Id = new RequestId(1), PromptTokens = 100, OutputTokensMax = 8, ArrivalUs = 0 };

    [Fact]
    public void Round_robin_takes_each_replica_in_turn_whatever_its_load()
    {
        var router = new RoundRobinRouter();
        var state = router.NewState();
        var fleet = new[] { Load(9, 9), Load(0, 0), Load(5, 0) };
        Assert.Equal([0, 1, 2, 0, 1, 2, 0], Enumerable.Range(0, 7).Select(_ => Route(router, fleet, state)!.Value));
    }

    [Fact]
    public void Round_robin_goes_on_when_the_fleet_shrinks()
    {
        var router = new RoundRobinRouter();
        var state = router.NewState();
        for (var i = 0; i < 3; i++) Route(router, [Load(0, 0), Load(0, 0), Load(0, 0), Load(0, 0)], state);
        Assert.Equal(1, Route(router, [Load(0, 0), Load(0, 0)], state));
    }

    [Fact]
    public void Two_fleets_have_turns_of_their_own()
    {
        var router = new RoundRobinRouter();
        var (left, right) = (router.NewState(), router.NewState());
        var fleet = new[] { Load(0, 0), Load(0, 0) };
        Route(router, fleet, left);
        Assert.Equal(0, Route(router, fleet, right));
        Assert.Equal(1, Route(router, fleet, left));
    }

    [Theory]
    [InlineData(new[] { 3, 1, 2 }, new[] { 0, 0, 0 }, 1)]
    [InlineData(new[] { 0, 0, 5 }, new[] { 4, 2, 0 }, 1)]
    [InlineData(new[] { 2, 0, 1 }, new[] { 0, 2, 1 }, 0)]
    public void Least_loaded_counts_waiting_and_running_and_takes_the_lowest_index_among_equals(int[] waiting, int[] running, int expected)
    {
        var router = new LeastLoadedRouter();
        var fleet = waiting.Zip(running, Load).ToArray();
        Assert.Equal(expected, Route(router, fleet, router.NewState()));
    }

    [Fact]
    public void Of_two_replicas_drawn_by_the_request_the_one_with_fewer_requests_is_taken()
    {
        var router = new TwoChoicesRouter();
        var state = router.NewState();
        var fleet = new[] { Load(4, 0), Load(1, 2), Load(0, 2), Load(1, 0) };
        var chosen = Enumerable.Range(0, 6000).Select(id => router.Route(Request with { Id = new RequestId(id) }, View(fleet), state).Endpoint).ToArray();
        // Loads of 4, 3, 2 and 1: of the six pairs the fullest wins none, the others one, two and three.
        var shares = Enumerable.Range(0, 4).Select(index => chosen.Count(choice => choice == index) / 6000.0).ToArray();
        Assert.Equal(0, shares[0]);
        for (var index = 1; index < 4; index++) Assert.InRange(shares[index], (index / 6.0) - 0.03, (index / 6.0) + 0.03);
    }

    [Fact]
    public void Two_choices_depend_on_the_request_and_not_on_who_came_before()
    {
        var router = new TwoChoicesRouter();
        var fleet = Enumerable.Range(0, 9).Select(index => Load(index, 0)).ToArray();
        var inOrder = router.NewState();
        for (var id = 0; id < 100; id++) router.Route(Request with { Id = new RequestId(id) }, View(fleet), inOrder);
        for (var id = 0; id < 100; id++)
        {
            Assert.Equal(router.Route(Request with { Id = new RequestId(id) }, View(fleet), router.NewState()), router.Route(Request with { Id = new RequestId(id) }, View(fleet), inOrder));
        }
    }

    [Fact]
    public void Two_choices_share_an_idle_fleet_evenly_and_take_the_only_replica_there_is()
    {
        var router = new TwoChoicesRouter();
        var (state, fleet) = (router.NewState(), new[] { Load(0, 0), Load(0, 0), Load(0, 0) });
        var counts = new int[3];
        for (var id = 0; id < 3000; id++) counts[router.Route(Request with { Id = new RequestId(id) }, View(fleet), state).Endpoint!.Value]++;
        Assert.All(counts, count => Assert.InRange(count, 900, 1100));
        Assert.Equal(0, Route(router, [Load(7, 7)], state));
    }

    [Fact]
    public void The_age_of_a_replica_is_that_of_its_oldest_signal() => Assert.Equal(30, new SignalAges(10, 30, 20).OldestUs);

    private static FleetView View(EndpointView[] endpoints) => new() { Endpoints = endpoints, NowUs = 0 };

    [Theory]
    [InlineData(new[] { 0, 1, 0 }, new[] { 7, 0, 5 }, 1)]
    [InlineData(new[] { 0, 2, 0 }, new[] { 7, 0, 7 }, 0)]
    [InlineData(new[] { 1, 1, 1 }, new[] { 2, 1, 1 }, 1)]
    public void Vllm_dp_counts_a_waiting_request_as_four_running_ones_and_takes_the_lowest_index_among_equals(int[] waiting, int[] running, int expected)
    {
        var router = new VllmDpRouter();
        Assert.Equal(expected, Route(router, [.. waiting.Zip(running, Load)], router.NewState()));
    }

    private static EndpointView Load(int waiting, int running) => new(waiting, running, 0, 100);

    private static int? Route(IRouter router, EndpointView[] endpoints, PolicyState state) =>
        router.Route(Request, new FleetView { Endpoints = endpoints, NowUs = 0 }, state).Endpoint;
}
