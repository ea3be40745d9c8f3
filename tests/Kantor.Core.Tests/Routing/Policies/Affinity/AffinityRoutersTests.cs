using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Affinity;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Affinity;

public class AffinityRoutersTests
{
    /// <summary>Research notes, scheduling 15 (d): exact.</summary>
    [Theory]
    [InlineData(40, 5, false)]
    [InlineData(40, 38, true)]
    [InlineData(33, 0, false)]
    [InlineData(32, 0, true)]
    public void ACC_15d_prefixes_count_while_loads_are_even(int most, int least, bool byPrefix)
    {
        var router = new Routed(new CacheAwareRouter());
        router.Send(Two(0, 0, Prompt(own: 1)), Routed.Request(1));
        Assert.Equal(byPrefix ? 0 : 1, router.Send(Two(most, least, Prompt(own: 2)), Routed.Request(2)));
    }

    /// <summary>Research notes, scheduling 15 (d): a match of 0.50 is not enough, one of 0.51 is.</summary>
    [Theory]
    [InlineData(50, 1)]
    [InlineData(51, 0)]
    public void ACC_15d_more_than_half_of_the_prompt_must_have_been_sent(int shared, int expected)
    {
        var router = new Routed(new CacheAwareRouter(new() { BlockTokens = 1 }));
        router.Send(Two(0, 0, Routed.Prompt(1, shared, own: 1, tokens: 100)), Routed.Request(1));
        Assert.Equal(expected, router.Send(Two(3, 0, Routed.Prompt(1, shared, own: 2, tokens: 100)), Routed.Request(2)));
    }

    /// <summary>
    /// Research notes, scheduling 15 (e): of four replicas with few requests each one has just come back, prompts have nothing in common. Its
    /// share stays at most 40 %; where new prompts go to who was sent the least it is at least 80 %, the control.
    /// </summary>
    [Theory]
    [InlineData("cache-aware", 0, 0.4)]
    [InlineData("cache-aware:unmatched=least-sent", 0.8, 1)]
    public void ACC_15e_a_replica_that_comes_back_does_not_get_all(string name, double least, double most)
    {
        var router = new Routed(PolicyCatalogue.Router(name));
        var there = new int[4];
        var open = new Queue<int>();
        int Send(int id)
        {
            var fleet = new FleetBuilder { Content = Routed.Prompt(id, 0, own: id, tokens: 100) };
            foreach (var requests in there) fleet.Add(running: requests);
            if (open.Count == 16) there[open.Dequeue()]--;
            var place = router.Send(fleet, Routed.Request(id));
            open.Enqueue(place);
            there[place]++;
            return place;
        }

        for (var id = 0; id < 800; id++) Send(id);
        router.Leave(3);
        Assert.InRange(Enumerable.Range(800, 100).Count(id => Send(id) == 3) / 100.0, least, most);
    }

    [Fact]
    public void What_does_not_fit_the_record_of_a_replica_is_forgotten_oldest_first()
    {
        var router = new Routed(new CacheAwareRouter(new() { BlockTokens = 10, IndexTokens = 200 }));
        int Of(int prefix, int load) => router.Send(Two(load, 5, Routed.Prompt(prefix, 100, own: 0, tokens: 100)), Routed.Request(prefix));
        for (var prefix = 0; prefix < 3; prefix++) Assert.Equal(0, Of(prefix, load: 0));
        Assert.Equal(0, Of(2, load: 9));
        Assert.Equal(0, Of(1, load: 9));
        Assert.Equal(1, Of(0, load: 9));
    }

    [Fact]
    public void Precise_cache_aware_goes_to_what_is_cached_whatever_the_load_and_to_the_lighter_among_equals()
    {
        var router = new PreciseCacheAwareRouter();
        Assert.Equal(1, At(router, (0, 10), (99, 11), (0, 0)));
        Assert.Equal(2, At(router, (5, 16), (6, 0), (3, 16)));
        Assert.Equal(1, At(router, (5, 0), (2, 0), (3, 0)));
    }

    [Fact]
    public void Production_stack_draws_among_the_longest_matches_and_ignores_load_unless_it_has_a_weight()
    {
        var router = new Routed(new ProductionStackRouter());
        var seen = Enumerable.Range(0, 200).Select(id => router.Send(Two(1_000 * (id % 2), 0, Routed.Prompt(id, 64, own: 0, tokens: 100)), Routed.Request(id))).ToArray();
        Assert.InRange(seen.Count(place => place == 0), 70, 130);
        // Where it was sent before it goes again, whatever the load.
        Assert.All(Enumerable.Range(0, 50), id => Assert.Equal(seen[id], router.Send(Two(seen[id] == 0 ? 99 : 0, seen[id] == 1 ? 99 : 0, Routed.Prompt(id, 64, own: 1, tokens: 100)), Routed.Request(1_000 + id))));
        var weighing = new Routed(new ProductionStackRouter(new() { LoadWeight = 1 }));
        weighing.Send(Two(0, 1, Routed.Prompt(1, 64, own: 0, tokens: 100)), Routed.Request(0));
        // 64 of 100 tokens against a load of 9/10 and of 2/10 of the fullest.
        Assert.Equal(1, weighing.Send(Two(9, 0, Routed.Prompt(1, 64, own: 1, tokens: 100)), Routed.Request(1)));
        weighing = new Routed(new ProductionStackRouter(new() { LoadWeight = 1 }));
        weighing.Send(Two(0, 1, Routed.Prompt(1, 64, own: 0, tokens: 100)), Routed.Request(0));
        Assert.Equal(0, weighing.Send(Two(10, 9, Routed.Prompt(1, 64, own: 2, tokens: 100)), Routed.Request(2)));
    }

    [Theory]
    [InlineData(80, 286_704, 0)]
    [InlineData(80, 286_705, 1)]
    [InlineData(79, 100, 1)]
    public void Llm_d_sticks_to_what_has_most_cached_until_too_much_waits_there(int hit, int queued, int expected)
    {
        var fleet = new FleetBuilder();
        fleet.Add(hitTokens: hit, queuedTokens: queued);
        fleet.Add(queuedTokens: 50);
        Assert.Equal(expected, new Routed(new LlmDStickyRouter()).Send(fleet));
    }

    private static int At(IRouter router, params (int Requests, int Hit)[] endpoints)
    {
        var fleet = new FleetBuilder();
        foreach (var (requests, hit) in endpoints) fleet.Add(running: requests, hitTokens: hit);
        return new Routed(router).Send(fleet);
    }

    private static TokenContent Prompt(int own) => Routed.Prompt(1, 80, own, tokens: 100);

    private static FleetBuilder Two(int first, int second, TokenContent content)
    {
        var fleet = new FleetBuilder { Content = content };
        fleet.Add(running: first);
        fleet.Add(running: second);
        return fleet;
    }
}
