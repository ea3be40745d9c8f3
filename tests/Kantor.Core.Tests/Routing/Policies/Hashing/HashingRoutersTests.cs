using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Hashing;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Hashing;

public class HashingRoutersTests
{
    private const int Sessions = 4_000;

    public static TheoryData<string> Routers => ["consistent-hash", "rendezvous"];

    [Theory]
    [MemberData(nameof(Routers))]
    public void Turns_of_a_session_and_prompts_that_begin_alike_go_to_one_replica_whatever_its_load(string name)
    {
        var router = new Routed(PolicyCatalogue.Router(name));
        var ofSession = Fleet(8);
        var first = router.Send(ofSession, Routed.Request(0, session: 7));
        Assert.Equal(first, router.Send(ofSession, Routed.Request(99, session: 7, prompt: 5_000)));
        int Of(int prefix, int own, int adapter = 0) => router.Send(
            Fleet(8, Routed.Prompt(prefix, prefixTokens: 1_100, own, tokens: 1_200)), Routed.Request(100 + own, prompt: 1_200, adapter: adapter));
        Assert.Single(Enumerable.Range(0, 20).Select(own => Of(prefix: 1, own)).Distinct());
        Assert.True(Enumerable.Range(0, 20).Select(prefix => Of(prefix, own: 1)).Distinct().Count() > 3);
        Assert.True(Enumerable.Range(0, 20).Select(adapter => Of(prefix: 1, own: 1, adapter)).Distinct().Count() > 3);
    }

    [Theory]
    [MemberData(nameof(Routers))]
    public void A_replica_that_leaves_moves_its_own_sessions_alone(string name)
    {
        var router = new Routed(PolicyCatalogue.Router(name));
        var (before, after) = (Owners(router, [0, 1, 2, 3, 4]), Owners(router, [0, 1, 3, 4]));
        Assert.All(before.Zip(after), pair => Assert.True(pair.First == pair.Second || pair.First == 2, $"{pair}"));
        Assert.InRange(before.Count(owner => owner == 2), Sessions * 0.13, Sessions * 0.27);
        // And one that joins takes about its share, from all.
        Assert.InRange(before.Zip(Owners(router, [0, 1, 2, 3, 4, 9])).Count(pair => pair.First != pair.Second), Sessions * 0.10, Sessions * 0.23);
    }

    [Fact]
    public void Rendezvous_shares_more_evenly_than_a_ring_of_one_point_each()
    {
        double Spread(string name)
        {
            var counts = Owners(new Routed(PolicyCatalogue.Router(name)), [0, 1, 2, 3, 4, 5, 6, 7]).GroupBy(owner => owner).Select(group => (double)group.Count()).ToArray();
            var mean = Sessions / 8.0;
            return Math.Sqrt(counts.Sum(count => (count - mean) * (count - mean)) / 8) / mean;
        }

        Assert.InRange(Spread("rendezvous"), 0, 0.1);
        Assert.InRange(Spread("consistent-hash"), 0, 0.2);
        Assert.True(Spread("consistent-hash:points=1") > 3 * Spread("rendezvous"));
    }

    /// <summary>Research notes, scheduling 8 (c): 64 points a replica; seen there 0.223 at 8 replicas and 0.102 at 16.</summary>
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    public void ACC_8c_one_replica_more_changes_few_pairs_and_no_key_loses_both(int replicas)
    {
        const int Keys = 20_000;
        var state = new DualMapState(new DualMapOptions());
        HashSet<int>[] Pairs(int count) => [.. Enumerable.Range(0, Keys).Select(id =>
        {
            var view = Fleet(count).View(Signals.Load);
            var (first, second) = state.Candidates(Routed.Request(id), view);
            return new HashSet<int> { first, second };
        })];
        var (before, after) = (Pairs(replicas), Pairs(replicas + 1));
        Assert.All(before, pair => Assert.Equal(2, pair.Count));
        var kept = before.Zip(after, (old, now) => old.Intersect(now).Count()).ToArray();
        Assert.DoesNotContain(0, kept);
        Assert.InRange(kept.Count(count => count < 2) / (double)Keys, 0.5 / (replicas + 1), 2.2 / (replicas + 1));
    }

    [Fact]
    public void Dualmap_goes_to_what_is_cached_while_the_objective_is_kept_and_then_to_the_lighter_of_the_two()
    {
        var router = new Routed(new DualMapRouter(new() { TtftMs = 5_000 }));
        var two = (int tokens) =>
        {
            // 1 ms a step of 2,048 tokens at most: half a microsecond a token.
            var fleet = new FleetBuilder();
            fleet.Add(queuedTokens: tokens, hitTokens: 80);
            fleet.Add(queuedTokens: 10);
            return fleet;
        };
        Assert.Equal(0, router.Send(two(1_000_000)));
        Assert.Equal(1, router.Send(two(100_000_000)));
        Assert.Equal(1, new Routed(new DualMapRouter(new() { Gate = false })).Send(two(1_000_000)));
    }

    [Fact]
    public void A_prompt_sees_the_same_two_replicas_until_its_beginning_is_hot_and_is_told_apart_by_what_follows()
    {
        var hotness = new DualMapState(new DualMapOptions { BlockTokens = 16, KeyBlocks = 1, Window = 100 });
        HashSet<int> Seen(int requests, bool isHot)
        {
            var seen = new HashSet<int>();
            for (var id = 0; id < requests; id++)
            {
                var content = Routed.Prompt(isHot ? 1 : id, prefixTokens: 16, own: id, tokens: 64);
                var view = Fleet(32).View(Signals.Content, content);
                var (first, second) = hotness.Candidates(Routed.Request(id, prompt: 64), view);
                if (!isHot) continue;
                seen.Add(first);
                seen.Add(second);
            }

            return seen;
        }

        // Alone it has two; from 2/32 of the window on its continuations have their own.
        Assert.InRange(Seen(7, isHot: true).Count, 2, 4);
        Assert.InRange(Seen(60, isHot: true).Count, 12, 32);
    }

    private static int[] Owners(Routed router, int[] replicas)
    {
        var fleet = new FleetBuilder();
        foreach (var replica in replicas) fleet.Add(replica: replica);
        return [.. Enumerable.Range(0, Sessions).Select(session => replicas[router.Send(fleet, Routed.Request(session, session: session))])];
    }

    private static FleetBuilder Fleet(int replicas, TokenContent? content = null)
    {
        var fleet = new FleetBuilder { Content = content };
        for (var replica = 0; replica < replicas; replica++) fleet.Add(waiting: replica);
        return fleet;
    }
}
