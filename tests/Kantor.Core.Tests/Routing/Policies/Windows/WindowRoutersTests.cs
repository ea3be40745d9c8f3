using Kantor.Core.Requests;
using Kantor.Core.Routing.Policies.Windows;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Windows;

public class WindowRoutersTests
{
    /// <summary>100 us a prompt token and nothing else.</summary>
    private static readonly LinearStepTime PerToken = new(0.001, 100, 0.001, 0);

    /// <summary>Research notes, scheduling 1 (c): as much reused as new is explored, a token more is exploited.</summary>
    [Theory]
    [InlineData(50, 1)]
    [InlineData(51, 0)]
    public void ACC_1c_preble_exploits_only_what_is_more_than_half(int shared, int expected)
    {
        var router = new Routed(new PrebleRouter(new() { BlockTokens = 1 }));
        Assert.Equal(0, router.Send(Fleet(2, Routed.Prompt(1, shared, own: 1, tokens: 1_000)), Routed.Request(1, prompt: 1_000)));
        Assert.Equal(expected, router.Send(Fleet(2, Routed.Prompt(1, shared, own: 2, tokens: 100)), Routed.Request(2)));
    }

    /// <summary>Research notes, scheduling 1 (c): with all replicas empty the least time of the own prompt decides.</summary>
    [Fact]
    public void ACC_1c_preble_on_an_empty_fleet_takes_the_replica_that_computes_the_prompt_soonest()
    {
        var fleet = new FleetBuilder { Content = Prompt(1) };
        fleet.Add(stepTime: new LinearStepTime(1, 200, 0, 0));
        fleet.Add(stepTime: new LinearStepTime(1, 150, 0, 0));
        fleet.Add(stepTime: new LinearStepTime(1, 170, 0, 0));
        Assert.Equal(1, new Routed(new PrebleRouter()).Send(fleet));
    }

    [Fact]
    public void Preble_counts_the_work_of_its_window_and_no_older()
    {
        var router = new Routed(new PrebleRouter());
        Assert.Equal(0, router.Send(Fleet(2, Prompt(1), nowUs: 0), Routed.Request(1, prompt: 900)));
        Assert.Equal(1, router.Send(Fleet(2, Prompt(2), nowUs: 1_000_000), Routed.Request(2, prompt: 100)));
        Assert.Equal(1, router.Send(Fleet(2, Prompt(3), nowUs: 2_000_000), Routed.Request(3, prompt: 100)));
        // The long prompt is three minutes old, the short ones are not.
        Assert.Equal(0, router.Send(Fleet(2, Prompt(4), nowUs: 181_000_000 + 5_625_000), Routed.Request(4, prompt: 100)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Preble_spreads_a_prefix_that_is_most_of_all_requests(bool rebalances)
    {
        var router = new Routed(new PrebleRouter(new() { Rebalances = rebalances }));
        var counts = new int[4];
        for (var id = 0; id < 1_200; id++)
        {
            var isHot = id % 10 < 9;
            var fleet = Fleet(4, Routed.Prompt(isHot ? 1 : id, 96, own: id, tokens: 128), nowUs: id * 10_000L);
            var chosen = router.Send(fleet, Routed.Request(id, prompt: 128));
            if (id >= 400) counts[chosen]++;
        }

        if (rebalances) Assert.InRange(counts.Max() / 200.0, 1, 2);
        else Assert.InRange(counts.Max() / 200.0, 3.5, 4);
    }

    [Fact]
    public void Preble_counts_what_a_full_cache_would_give_up()
    {
        var router = new Routed(new PrebleRouter(new() { IndexTokens = 128, Rebalances = false }));
        // Replica 0 is full of a prompt that came often; replica 1 has one that came once.
        for (var id = 0; id < 20; id++) router.Send(Fleet(1, Prompt(1), nowUs: id), Routed.Request(id, prompt: 128));
        var state = new PrebleState(new() { IndexTokens = 128 });
        var full = Fleet(2, Prompt(1), nowUs: 100).View(new PrebleRouter().Reads);
        state.Read(Routed.Request(1, prompt: 128), full);
        for (var times = 0; times < 10; times++) state.Send(Routed.Request(1, prompt: 128), full, 0);
        var other = Fleet(2, Prompt(2), nowUs: 100).View(new PrebleRouter().Reads);
        state.Read(Routed.Request(2, prompt: 128), other);
        Assert.Equal(12_800, state.EvictionUs(Routed.Request(2, prompt: 128), other, 0), 0);
        Assert.Equal(0, state.EvictionUs(Routed.Request(2, prompt: 128), other, 1));
    }

    [Fact]
    public void Lbgr_adds_its_own_time_after_hits_and_what_was_sent_and_has_not_faded()
    {
        var router = new Routed(new LbgrRouter(new() { Learns = false }));
        Assert.Equal(0, router.Send(Fleet(2, Prompt(1)), Routed.Request(1, prompt: 128)));
        Assert.Equal(1, router.Send(Fleet(2, Prompt(2)), Routed.Request(2, prompt: 128)));
        // Where it was before it costs nothing, but what is there costs as much as elsewhere.
        Assert.Equal(1, router.Send(Fleet(2, Prompt(2)), Routed.Request(3, prompt: 128)));
        // Half of what was sent to the second is gone after a half-life: 128 / 2 against 128 + 128 / 2.
        Assert.Equal(0, router.Send(Fleet(2, Prompt(3), nowUs: 437_000), Routed.Request(4, prompt: 128)));
    }

    [Fact]
    public void Lbgr_releases_what_has_not_faded_when_a_request_ends()
    {
        var state = new LbgrState(new());
        state.TimeIs(0);
        state.Book(Routed.Request(1), replica: 2, amount: 1_000, nowUs: 0);
        Assert.Equal(500, state.LoadUs(2, 437_000), 6);
        state.TimeIs(437_000);
        state.Ended(Routed.Request(1), 0, new(RequestOutcome.Stopped, 4, 0));
        Assert.Equal(0, state.LoadUs(2, 437_000), 9);
    }

    [Fact]
    public void Lbgr_learns_which_replica_takes_longer_than_expected()
    {
        var router = new Routed(new LbgrRouter());
        var counts = new int[2];
        for (var id = 0; id < 60; id++)
        {
            var request = Routed.Request(id, prompt: 100);
            var place = router.Send(Fleet(2, Prompt(id), nowUs: id * 10_000_000L), request);
            router.End(request, generated: 4, nowUs: (id * 10_000_000L) + (place == 0 ? 900_000 : 20_000));
            if (id >= 20) counts[place]++;
        }

        Assert.Equal([0, 40], counts);
    }

    private static TokenContent Prompt(int own) => Routed.Prompt(own, 128, own, tokens: 128);

    private static FleetBuilder Fleet(int replicas, TokenContent content, long nowUs = 0)
    {
        var fleet = new FleetBuilder { Content = content, StepTime = PerToken, NowUs = nowUs };
        for (var replica = 0; replica < replicas; replica++) fleet.Add();
        return fleet;
    }
}
