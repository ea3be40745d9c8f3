using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Kv;

public class KvTierTests
{
    private static readonly CacheDomain Domain = new(1, 0);

    [Fact]
    public void What_is_new_is_said_with_its_blocks()
    {
        var tier = NewTier(100);
        var first = tier.Store(Content(1, 2, 3, 4, 5), Domain, 4)!;
        Assert.Equal((0, 4, 4), (first.FromToken, first.ToToken, first.Blocks.Count));
        var longer = tier.Store(Content(1, 2, 3, 4, 9, 9), Domain, 6)!;
        Assert.Equal((4, 6, 2), (longer.FromToken, longer.ToToken, longer.Blocks.Count));
        Assert.Null(tier.Store(Content(1, 2, 3), Domain, 3));
        Assert.Equal([.. first.Blocks, .. longer.Blocks], tier.Locate(Content(1, 2, 3, 4, 9, 9), Domain, 0, 6).Blocks);
    }

    [Fact]
    public void Who_asks_for_a_part_is_told_its_blocks()
    {
        var tier = NewTier(100);
        var stored = tier.Store(Content(1, 2, 3, 4, 5), Domain, 5)!;
        Assert.Equal(stored.Blocks.Skip(2).Take(2), tier.Locate(Content(1, 2, 3, 4, 7), Domain, 2, 4).Blocks);
        Assert.Throws<ArgumentOutOfRangeException>(() => tier.Locate(Content(1, 2, 3, 4, 7), Domain, 2, 5));
    }

    [Fact]
    public void Fewer_new_tokens_than_are_worth_a_copy_are_not_kept()
    {
        var tier = NewTier(100, copyTokensMin: 3);
        Assert.Null(tier.Store(Content(1, 2), Domain, 2));
        Assert.NotNull(tier.Store(Content(1, 2, 3), Domain, 3));
        Assert.Null(tier.Store(Content(1, 2, 3, 4, 5), Domain, 5));
        Assert.NotNull(tier.Store(Content(1, 2, 3, 4, 5, 6), Domain, 6));
        Assert.Equal(6, tier.BlocksStored);
    }

    [Fact]
    public void A_block_that_is_written_anew_was_lost_to_who_had_it()
    {
        var tier = NewTier(6);
        var old = tier.Store(Content(1, 2, 3, 4), Domain, 4)!;
        var written = tier.Store(Content(7, 8, 9, 10), Domain, 4)!;
        Assert.Equal(2, tier.HitTokens(Content(1, 2, 3, 4), Domain, 4));
        Assert.Equal(old.Blocks.Skip(2), written.Blocks.Intersect(old.Blocks).Order());
    }

    [Fact]
    public void A_closed_tier_finds_and_keeps_nothing()
    {
        var tier = NewTier(100);
        tier.Store(Content(1, 2, 3), Domain, 3);
        tier.Close();
        Assert.Equal(0, tier.HitTokens(Content(1, 2, 3), Domain, 3));
        Assert.Null(tier.Store(Content(4, 5), Domain, 2));
    }

    private static TokenContent Content(params int[] tokens) => TokenContent.FromTokens(tokens);

    private static KvTier NewTier(int blocks, int copyTokensMin = 1) => new(
        new KvPlace
        {
            Name = "host",
            Blocks = blocks,
            CopiesAtOnce = true,
            CopyTokensMin = copyTokensMin,
            Link = new KvLink { TokensPerUs = 1 },
        },
        blockSizeTokens: 1);
}
