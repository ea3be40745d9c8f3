using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>From where a request loads what is in KV somewhere else, and what becomes of it when that comes.</summary>
public class PlacesTests
{
    private const int BlockSizeTokens = 4;
    private static readonly int[] Blocks = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly KvLink Link = new() { TokensPerUs = 1 };
    private static readonly KvPlace Prefilling = new() { Name = "replica 0", Link = Link };

    [Fact]
    public void Each_part_comes_from_the_nearest_tier_that_has_it()
    {
        KvTier near = Tier("near", blocks: 2), less = Tier("less", blocks: 1), far = Tier("far", blocks: 5);
        var loads = Loads(New(near, less, far), out _);
        Assert.Equal([(0, 8, near.Place), (8, 20, far.Place)], loads.Select(load => (load.FromToken, load.ToToken, load.Place)));
        Assert.All(loads, load => Assert.Equal((loads[0].Row, loads[0].Sequence, 1L), (load.Row, load.Sequence, load.Id)));
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5, 2)]
    public void A_farther_tier_that_has_no_more_is_not_asked(int nearBlocks, int farBlocks)
    {
        KvTier near = Tier("near", nearBlocks), far = Tier("far", farBlocks);
        var load = Assert.Single(Loads(New(near, far), out _));
        Assert.Equal((0, 20, near.Place), (load.FromToken, load.ToToken, load.Place));
    }

    [Fact]
    public void In_whatever_order_the_loads_come_the_frontier_is_what_is_there_without_a_hole__INV_KV_11() => Laws.HoldForLists(
        order =>
        {
            var scheduler = New(Tier("a", 1), Tier("b", 3), Tier("c", 4), Tier("d", 7));
            var loads = Loads(scheduler, out var row);
            Assert.Equal(4, loads.Length);
            Shuffle(loads, order);
            var there = new HashSet<int>();
            for (var at = 0; at < loads.Length; at++)
            {
                Assert.Equal(at == loads.Length - 1, scheduler.Loaded(loads[at]));
                there.UnionWith(Enumerable.Range(loads[at].FromToken, loads[at].ToToken - loads[at].FromToken));
                Assert.Equal(Enumerable.Range(0, 29).First(token => !there.Contains(token)), scheduler.View(0).ComputedTokens[row]);
                Assert.Equal(at == loads.Length - 1, scheduler.View(0).IsRunning(row));
                Assert.Equal(there.Count, scheduler.Counters.LoadedTokens);
                scheduler.Verify();
            }

            scheduler.PlanStep(1);
            var slice = Assert.Single(scheduler.Slices.ToArray());
            Assert.Equal((28, 4), (slice.FromToken, slice.Tokens));
        },
        cases: 50,
        length: 4);

    [Fact]
    public void A_request_that_ends_between_its_loads_is_gone_and_the_rest_of_them_is_for_nobody()
    {
        var scheduler = New(Tier("near", 2), Tier("far", 5));
        var loads = Loads(scheduler, out var row);
        Assert.False(scheduler.Loaded(loads[1]));
        scheduler.End(row, RequestOutcome.Cancelled);
        Assert.True(scheduler.TryEnqueue(Spec(2), out var reused, out _));
        Assert.Equal(row, reused);
        Assert.False(scheduler.Loaded(loads[0]));
        Assert.Equal(0, scheduler.View(0).ComputedTokens[reused]);
        scheduler.Verify();
    }

    [Fact]
    public void All_that_is_computed_is_written_to_every_tier()
    {
        KvTier near = new(Place("near", 2), BlockSizeTokens), far = new(Place("far", 9), BlockSizeTokens);
        var scheduler = New(near, far);
        Assert.True(scheduler.TryEnqueue(Spec(1), out var row, out _));
        scheduler.PlanStep(0);
        scheduler.CompleteStep();
        scheduler.Generate(row, token: null);
        Assert.Equal((2, 8), (near.BlocksStored, far.BlocksStored));
    }

    [Fact]
    public void What_was_handed_over_comes_from_where_it_lies_unless_a_tier_has_more()
    {
        var handover = new Handover(GeneratedTokens: 1, KvTokens: 12, Prefilling);
        var own = Assert.Single(Loads(New(Tier("tier", 3)), out _, handover));
        Assert.Equal((0, 12, Prefilling), (own.FromToken, own.ToToken, own.Place));
        var tier = Tier("tier", 4);
        var stored = Assert.Single(Loads(New(tier), out _, handover));
        Assert.Equal((0, 16, tier.Place), (stored.FromToken, stored.ToToken, stored.Place));
    }

    [Fact]
    public void What_is_lost_is_lost_in_its_place_only()
    {
        var handover = new Handover(GeneratedTokens: 1, KvTokens: 12, Prefilling);
        foreach (var (lost, loads) in new[] { (Prefilling with { Name = "replica 1" }, 1), (Prefilling, 0) })
        {
            var scheduler = New();
            Assert.True(scheduler.TryTakeOver(Spec(1), handover, out var row, out _));
            scheduler.Lose(row, lost);
            scheduler.PlanStep(0);
            Assert.Equal(loads, scheduler.Loads.Length);
        }
    }

    [Fact]
    public void KV_that_is_handed_over_lies_somewhere() => Assert.Throws<ArgumentException>(
        () => New().TryTakeOver(Spec(1), new Handover(GeneratedTokens: 1, KvTokens: 12), out _, out _));

    [Fact]
    public void Two_places_of_one_name_are_refused()
    {
        var tier = Tier("memory", 2);
        Assert.Contains("'memory'", Assert.Throws<ArgumentException>(() => New(tier, Tier("memory", 3))).Message);
        Assert.Throws<ArgumentException>(() => new ReplicaScheduler(Options(tier) with { Swap = tier.Place }));
    }

    private static KvLoad[] Loads(ReplicaScheduler scheduler, out int row, Handover handover = default)
    {
        Assert.True(scheduler.TryTakeOver(Spec(1), handover, out row, out _));
        scheduler.PlanStep(0);
        Assert.True(scheduler.Slices.IsEmpty);
        return scheduler.Loads.ToArray();
    }

    private static void Shuffle(KvLoad[] loads, int[] order)
    {
        for (var at = 0; at < Math.Min(loads.Length, order.Length); at++)
        {
            var other = order[at] % loads.Length;
            (loads[at], loads[other]) = (loads[other], loads[at]);
        }
    }

    private static KvPlace Place(string name, int blocks) => new() { Name = name, Blocks = blocks, Link = Link };

    /// <summary>A tier with as many leading blocks of the content.</summary>
    private static KvTier Tier(string name, int blocks)
    {
        var tier = new KvTier(Place(name, 20), BlockSizeTokens);
        tier.Store(Content, default, blocks * BlockSizeTokens);
        return tier;
    }

    private static TokenContent Content => TokenContent.FromBlockIds(Blocks, BlockSizeTokens, Blocks.Length * BlockSizeTokens);

    private static RequestSpec Spec(long id) => new(
        new RequestFacts { Id = new RequestId(id), PromptTokens = Content.Count, OutputTokensMax = 8, ArrivalUs = 0 },
        Content);

    private static ReplicaScheduler New(params KvTier[] tiers) => new(Options(tiers));

    private static ReplicaOptions Options(params KvTier[] tiers) => new()
    {
        Planner = new FcfsPlanner(),
        Limits = new BatchLimits { StepTokensMax = 64, RunningMax = 2 },
        Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = BlockSizeTokens },
        Predictor = new ConstantLengthPredictor(8),
        StepTime = StepTimeProfiles.Unit.StepTime,
        Tiers = tiers,
    };
}
