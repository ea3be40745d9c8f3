using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Replicas;

/// <summary>KV that leaves the pool and comes back: swap and the tier behind it.</summary>
public class HostMemoryTests
{
    private static readonly KvLink Fast = new() { TokensPerUs = 1 };

    [Fact]
    public void Swapping_recomputes_nothing_and_recomputing_swaps_nothing()
    {
        var (trace, options) = (TightTrace(), Tight());
        var recomputing = RunVerified(trace, options);
        var swapping = RunVerified(trace, options with { Swap = Place("swap", 100, Fast) });
        Assert.True(recomputing.Preemptions > 0 && swapping.Preemptions > 0);
        Assert.True(recomputing.RecomputedTokens > 0);
        Assert.Equal(0, swapping.RecomputedTokens);
    }

    [Fact]
    public void A_full_swap_space_recomputes_what_has_no_room()
    {
        var swapping = RunVerified(TightTrace(), Tight() with { Swap = Place("swap", 1, Fast) });
        Assert.True(swapping.RecomputedTokens > 0);
    }

    [Fact]
    public void Over_a_slow_link_recomputing_is_faster_and_over_a_fast_one_swapping_is()
    {
        var (trace, options) = (TightTrace(), Tight());
        var recomputing = RunVerified(trace, options).MakespanUs;
        Assert.True(RunVerified(trace, options with { Swap = Place("swap", 100, Fast) }).MakespanUs < recomputing);
        Assert.True(RunVerified(trace, options with { Swap = Place("swap", 100, new KvLink { TokensPerUs = 0.001 }) }).MakespanUs > recomputing);
    }

    [Fact]
    public void What_the_pool_has_forgotten_is_copied_from_the_tier_in_the_time_that_the_link_takes()
    {
        // A pool of 10 blocks of 4 tokens forgets the first prompt for the second; the third is the first again.
        int[] first = [1, 2, 3, 4, 5, 6, 7, 8], second = [11, 12, 13, 14, 15, 16, 17, 18];
        var trace = new[] { Request(0, 32, 1, first), Request(10_000, 32, 1, second), Request(20_000, 32, 1, first) };
        var options = Small(blocks: 10);
        var without = RunVerified(trace, options);
        var with = RunVerified(trace, options with { Tiers = [Tier(40, new KvLink { TokensPerUs = 0.5, LatencyUs = 30 })] });
        // The second prompt left the first two blocks, so 24 tokens are computed: three steps of 100 us and 10 us a token.
        Assert.Equal(540, without.Records[2].TtftUs);
        // 20 tokens are copied: 30 + 40 us; then a step of 4 tokens: 140 us.
        Assert.Equal(210, with.Records[2].TtftUs);
    }

    [Fact]
    public void A_shared_tier_serves_a_replica_that_has_not_seen_the_prompt()
    {
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8];
        var trace = new[] { Request(0, 32, 1, prompt), Request(10_000, 32, 1, prompt) };
        var tier = Tier(40, Fast);
        var own = RunVerified(trace, Small() with { Replicas = 2, Tiers = [tier] });
        var shared = RunVerified(trace, Small() with { Replicas = 2, Tiers = [tier with { IsShared = true }] });
        Assert.Equal(own.Records[0].TtftUs, own.Records[1].TtftUs);
        Assert.Equal(28 + 140, shared.Records[1].TtftUs);
    }

    [Fact]
    public void Parts_from_two_tiers_come_at_the_same_time_each_over_its_own_way()
    {
        int[] first = [1, 2, 3, 4, 5, 6, 7, 8], second = [11, 12, 13, 14, 15, 16, 17, 18];
        var trace = new[] { Request(0, 32, 1, first), Request(10_000, 32, 1, second), Request(20_000, 32, 1, first) };
        // The second prompt leaves 8 tokens of the first in the pool, and 12 in a near tier of 11 blocks.
        var (near, far) = (Tier(40, Fast), Tier(40, new KvLink { TokensPerUs = 0.5, LatencyUs = 30 }));
        near = near with { Place = near.Place with { Name = "near", Blocks = 11 } };
        long Ttft(params PoolTier[] tiers) => RunVerified(trace, Small(blocks: 10) with { Tiers = tiers }).Records[2].TtftUs!.Value;
        // 20 tokens from the far tier take 30 + 40 us; 16 of them 30 + 32, while the other 4 come. Then a step of 4 tokens.
        Assert.Equal(70 + 140, Ttft(far));
        Assert.Equal(62 + 140, Ttft(near, far));
        Assert.Equal(70 + 140, Ttft(far, near));
    }

    [Fact]
    public void Places_that_cannot_be_are_refused_by_name()
    {
        var tier = Tier(40, Fast);
        Assert.Contains("'tier'", Refused(Small() with { Tiers = [tier, tier with { IsShared = true }] }));
        Assert.Contains("'tier'", Refused(Small() with { Tiers = [tier], Swap = tier.Place }));
        Assert.Contains("'tier'", Refused(Small() with { Tiers = [tier with { Place = Place("tier", null, Fast) }] }));
        Assert.Contains(nameof(KvPlace.Blocks), Refused(Small() with { Swap = Place("swap", 0, Fast) }));
    }

    [Fact]
    public void A_swap_place_that_does_not_count_has_room_for_all()
    {
        var swapping = RunVerified(TightTrace(), Tight() with { Swap = Place("swap", null, Fast) });
        Assert.Equal((0, true), (swapping.RecomputedTokens, swapping.SwappedTokens > 0));
    }

    [Fact]
    public void Equal_pools_beside_each_other_each_share_a_tier_of_their_own()
    {
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8];
        var trace = new[] { Request(0, 32, 1, prompt), Request(10_000, 32, 1, prompt), Request(20_000, 32, 1, prompt) };
        var options = Small() with { Tiers = [Tier(40, Fast, isShared: true)] };
        var other = new ReplicaPool
        {
            Planner = options.Planner,
            Limits = options.Limits,
            Kv = options.Kv,
            StepTime = options.StepTime,
            NewPredictor = options.NewPredictor,
            Tiers = options.Tiers,
        };
        // Three replicas in turn; none of them finds what another computed.
        Assert.Equal(0, RunVerified(trace, options with { Beside = [other, other with { }] }).LoadedTokens);
    }

    [Fact]
    public void A_tier_that_is_full_forgets_the_least_recently_used()
    {
        int[] first = [1, 2, 3, 4], second = [11, 12, 13, 14];
        var tier = new KvTier(Place("tier", 4, Fast), 4);
        tier.Store(Content(first), default, 16);
        Assert.Equal(16, tier.HitTokens(Content(first), default, 16));
        tier.Store(Content(second), default, 16);
        Assert.Equal((0, 16), (tier.HitTokens(Content(first), default, 16), tier.HitTokens(Content(second), default, 16)));
        Assert.Equal(4, tier.BlocksStored);
    }

    private static string Refused(SimulationOptions options) => Assert.ThrowsAny<ArgumentException>(options.Validate).Message;

    private static TokenContent Content(int[] ids) => TokenContent.FromBlockIds(ids, 4, 4 * ids.Length);

    /// <summary>Four answers that grow into a pool with room for half of them; prompts of unknown content, so that nothing is found again.</summary>
    private static TraceRequest[] TightTrace() => [.. Enumerable.Range(0, 4).Select(index => Request(index, 8, 30))];

    private static SimulationOptions Tight()
    {
        var options = Small(blocks: 20, planner: new VllmV1Planner(), outputTokensMax: 30);
        return options with { Limits = options.Limits with { StepTokensMax = 64 } };
    }
}
