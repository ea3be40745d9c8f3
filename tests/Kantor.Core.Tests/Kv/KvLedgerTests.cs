using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Retention;

namespace Kantor.Core.Tests.Kv;

public class KvLedgerTests
{
    [Theory]
    [InlineData(false, 8)]
    [InlineData(true, 0)]
    public void Freed_in_turn_an_answer_that_nobody_can_hit_drives_older_prefixes_out(bool freesInTurn, int hitTokens)
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 4, BlockSizeTokens = 4, Retention = freesInTurn ? new InTurnRetention() : new LruRetention() });
        var prefix = TokenContent.FromBlockIds([1, 2], 4, 8);
        foreach (var content in new[] { prefix, TokenContent.Opaque(8), TokenContent.Opaque(8) })
        {
            Assert.True(ledger.TryOpen(content, default, 0, out var sequence, out _));
            Assert.True(ledger.TryGrow(sequence, 8));
            ledger.Commit(sequence, 8);
            ledger.Close(sequence);
            ledger.Verify();
        }

        Assert.Equal(hitTokens, ledger.Probe(prefix, default, 8).Tokens);
    }

    private static readonly CacheDomain Home = new(0, 0);

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(1, 0, false)]
    [InlineData(0, 1, false)]
    public void A_prefix_is_shared_within_tenant_and_adapter_only__INV_KV_4(int tenant, int adapter, bool shared)
    {
        var ledger = Pool(blocks: 64, blockSizeTokens: 4);
        Run(ledger, Numbers(0, 16), Home);
        Assert.True(ledger.TryOpen(TokenContent.FromTokens(Numbers(0, 20)), new CacheDomain(tenant, adapter), 19, out _, out var hit));
        Assert.Equal(shared ? 16 : 0, hit);
    }

    [Fact]
    public void A_block_that_is_half_computed_is_never_a_hit__INV_KV_5()
    {
        var ledger = Pool(blocks: 64, blockSizeTokens: 4);
        ledger.TryOpen(TokenContent.FromTokens(Numbers(0, 12)), Home, 11, out var sequence, out _);
        ledger.TryGrow(sequence, 12);
        ledger.Commit(sequence, 7);
        Assert.Equal(4, ledger.Probe(TokenContent.FromTokens(Numbers(0, 12)), Home, 11).Tokens);
        ledger.Close(sequence);
        Assert.Equal(4, ledger.Probe(TokenContent.FromTokens(Numbers(0, 12)), Home, 11).Tokens);
        Assert.Equal(1, ledger.BlocksIdle);
    }

    [Fact]
    public void A_request_that_failed_before_its_commit_leaves_nothing_to_hit__INV_KV_5()
    {
        var ledger = Pool(blocks: 64, blockSizeTokens: 4);
        ledger.TryOpen(TokenContent.FromTokens(Numbers(0, 12)), Home, 11, out var sequence, out _);
        ledger.TryGrow(sequence, 12);
        ledger.Close(sequence);
        Assert.Equal(0, ledger.Probe(TokenContent.FromTokens(Numbers(0, 12)), Home, 11).Tokens);
        Assert.Equal(64, ledger.BlocksFree);
    }

    [Fact]
    public void With_a_limit_on_idle_blocks_the_head_of_the_newest_sequence_stays()
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 64, BlockSizeTokens = 4, IdleBlocksMax = 3 });
        Run(ledger, Numbers(100, 16), Home);
        Run(ledger, Numbers(0, 16), Home);
        Assert.Equal(3, ledger.BlocksIdle);
        Assert.Equal(61, ledger.BlocksFree);
        Assert.Equal(12, ledger.Probe(TokenContent.FromTokens(Numbers(0, 16)), Home, 16).Tokens);
        Assert.Equal(0, ledger.Probe(TokenContent.FromTokens(Numbers(100, 16)), Home, 16).Tokens);
        ledger.Verify();
    }

    [Fact]
    public void Growing_beyond_the_pool_changes_nothing()
    {
        var ledger = Pool(blocks: 4, blockSizeTokens: 4);
        ledger.TryOpen(TokenContent.Opaque(40), Home, 0, out var sequence, out _);
        Assert.True(ledger.TryGrow(sequence, 8));
        Assert.False(ledger.TryGrow(sequence, 17));
        Assert.Equal(2, ledger.BlocksOf(sequence));
        Assert.Equal(2, ledger.BlocksFree);
        ledger.Verify();
    }

    [Fact]
    public void With_every_id_taken_by_live_content_opening_fails_and_changes_nothing__G23_INV_KV_6()
    {
        var ledger = Pool(blocks: 8, blockSizeTokens: 1, sequencesMax: 1);
        Assert.True(ledger.TryOpen(TokenContent.FromTokens([1, 2]), Home, 1, out var first, out _));
        Assert.False(ledger.TryOpen(TokenContent.FromTokens([3]), Home, 0, out _, out _));
        ledger.Verify();
        Assert.Equal(1, ledger.SequencesOpen);
        ledger.Close(first);
        Assert.True(ledger.TryOpen(TokenContent.FromTokens([3]), Home, 0, out _, out _));
    }

    [Fact]
    public void With_every_id_taken_the_cached_sequence_used_longest_ago_is_given_up__G23_INV_KV_6()
    {
        var ledger = Pool(blocks: 32, blockSizeTokens: 1, sequencesMax: 3);
        Run(ledger, Numbers(100, 4), Home);
        Run(ledger, Numbers(200, 4), Home);
        Run(ledger, Numbers(300, 4), Home);
        Run(ledger, Numbers(400, 4), Home);
        ledger.Verify();
        Assert.Equal(0, ledger.Probe(TokenContent.FromTokens(Numbers(100, 4)), Home, 4).Tokens);
        Assert.Equal(4, ledger.Probe(TokenContent.FromTokens(Numbers(200, 4)), Home, 4).Tokens);
        Assert.Equal(4, ledger.Probe(TokenContent.FromTokens(Numbers(300, 4)), Home, 4).Tokens);
    }

    [Fact]
    public void A_closed_sequence_that_shares_with_a_live_one_keeps_its_id_and_its_cached_tail__INV_KV_6()
    {
        var ledger = Pool(blocks: 16, blockSizeTokens: 1, sequencesMax: 2);
        ledger.TryOpen(TokenContent.FromTokens([1, 2, 3, 4]), Home, 3, out var older, out _);
        ledger.TryGrow(older, 4);
        ledger.Commit(older, 4);
        ledger.TryOpen(TokenContent.FromTokens([1, 2, 9]), Home, 2, out var younger, out var hit);
        Assert.Equal(2, hit);
        ledger.Close(older);
        Assert.False(ledger.TryOpen(TokenContent.FromTokens([7]), Home, 0, out _, out _));
        Assert.Equal(4, ledger.Probe(TokenContent.FromTokens([1, 2, 3, 4]), Home, 4).Tokens);
        ledger.Close(younger);
        Assert.True(ledger.TryOpen(TokenContent.FromTokens([7]), Home, 0, out _, out _));
        ledger.Verify();
    }

    [Fact]
    public void A_second_copy_of_cached_content_is_not_kept()
    {
        var ledger = Pool(blocks: 8, blockSizeTokens: 1);
        ledger.TryOpen(TokenContent.FromTokens([1, 2, 3]), Home, 2, out var first, out _);
        ledger.TryOpen(TokenContent.FromTokens([1, 2, 3]), Home, 2, out var second, out _);
        foreach (var sequence in new[] { first, second })
        {
            ledger.TryGrow(sequence, 3);
            ledger.Commit(sequence, 3);
        }

        ledger.Close(second);
        Assert.Equal((5, 0), (ledger.BlocksFree, ledger.BlocksIdle));
        ledger.Close(first);
        Assert.Equal((5, 3), (ledger.BlocksFree, ledger.BlocksIdle));
    }

    [Fact]
    public void Content_ids_that_stand_for_many_tokens_are_hit_by_whole_blocks()
    {
        var ledger = Pool(blocks: 256, blockSizeTokens: 16);
        Run(ledger, TokenContent.FromBlockIds([7, 8, 9], 512, 1200), Home);
        Assert.Equal(1024, ledger.Probe(TokenContent.FromBlockIds([7, 8, 11], 512, 1300), Home, 1299).Tokens);
        Assert.Equal(0, ledger.Probe(TokenContent.FromBlockIds([8, 8, 9], 512, 1200), Home, 1199).Tokens);
    }

    [Fact]
    public void Unknown_tokens_take_room_but_are_never_hit()
    {
        var ledger = Pool(blocks: 16, blockSizeTokens: 4);
        Run(ledger, TokenContent.Opaque(16), Home);
        Assert.Equal(16, ledger.BlocksFree);
        Assert.Equal(0, ledger.Probe(TokenContent.Opaque(16), Home, 15).Tokens);
    }

    [Fact]
    public void Contents_of_different_granularity_do_not_mix_in_one_ledger()
    {
        var ledger = Pool(blocks: 64, blockSizeTokens: 16);
        Run(ledger, TokenContent.FromBlockIds([1], 512, 512), Home);
        Assert.Throws<ArgumentException>(() => ledger.Probe(TokenContent.FromTokens(Numbers(0, 32)), Home, 31));
    }

    [Fact]
    public void Exclusive_blocks_are_those_that_nobody_else_references()
    {
        var ledger = Pool(blocks: 16, blockSizeTokens: 1);
        Run(ledger, [1, 2, 3], Home);
        ledger.TryOpen(TokenContent.FromTokens([1, 2, 3, 4]), Home, 3, out var left, out _);
        ledger.TryOpen(TokenContent.FromTokens([1, 2, 3, 5]), Home, 3, out var right, out _);
        ledger.TryGrow(left, 4);
        Assert.Equal(1, ledger.BlocksExclusive(left));
        ledger.Close(right);
        Assert.Equal(4, ledger.BlocksExclusive(left));
    }

    [Fact]
    public void A_fork_is_within_what_its_sequence_has_and_begins_like_it()
    {
        var ledger = Pool(blocks: 16, blockSizeTokens: 4);
        ledger.TryOpen(TokenContent.FromTokens(Numbers(0, 12)), Home, 0, out var sequence, out _);
        ledger.TryGrow(sequence, 10);
        ledger.Commit(sequence, 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.TryFork(sequence, 7, TokenContent.FromTokens(Numbers(0, 12)), out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.TryFork(sequence, 13, TokenContent.FromTokens(Numbers(0, 13)), out _));
        Assert.Throws<ArgumentException>(() => ledger.TryFork(sequence, 10, TokenContent.FromTokens(Numbers(1, 12)), out _));
        Assert.Equal(1, ledger.SequencesOpen);
        Assert.True(ledger.TryFork(sequence, 10, TokenContent.FromTokens([.. Numbers(0, 10), 99]), out _));
        ledger.Verify();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_fork_of_unknown_tokens_shares_them_with_and_without_prefix_caching(bool prefixCaching)
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 4, PrefixCaching = prefixCaching });
        ledger.TryOpen(TokenContent.Opaque(10), Home, 0, out var sequence, out _);
        ledger.TryGrow(sequence, 10);
        Assert.True(ledger.TryFork(sequence, 10, TokenContent.Opaque(10), out var fork));
        Assert.Equal(3, ledger.BlocksUsed);
        ledger.Close(sequence);
        Assert.True(ledger.TryGrow(fork, 11));
        Assert.Equal(3, ledger.BlocksUsed);
        ledger.Close(fork);
        Assert.Equal(16, ledger.BlocksFree);
        ledger.Verify();
    }

    [Fact]
    public void A_closed_sequence_cannot_be_used()
    {
        var ledger = Pool(blocks: 4, blockSizeTokens: 1);
        ledger.TryOpen(TokenContent.FromTokens([1]), Home, 0, out var sequence, out _);
        ledger.Close(sequence);
        Assert.Throws<InvalidOperationException>(() => ledger.Close(sequence));
        Assert.Throws<InvalidOperationException>(() => ledger.TryGrow(sequence, 1));
        Assert.Throws<InvalidOperationException>(() => ledger.TryFork(sequence, 0, TokenContent.FromTokens([1]), out _));
        Assert.Throws<InvalidOperationException>(() => ledger.Commit(sequence, 1));
    }

    [Theory]
    [InlineData(0, 1, null)]
    [InlineData(1, 0, null)]
    [InlineData(1, 1, 0)]
    public void A_size_below_one_is_refused(int blocks, int blockSizeTokens, int? sequencesMax) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Pool(blocks, blockSizeTokens, sequencesMax));

    private static KvLedger Pool(int blocks, int blockSizeTokens, int? sequencesMax = null) =>
        new(new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = blockSizeTokens, SequencesMax = sequencesMax });

    private static int[] Numbers(int first, int count) => [.. Enumerable.Range(first, count)];

    private static void Run(KvLedger ledger, int[] tokens, CacheDomain domain) => Run(ledger, TokenContent.FromTokens(tokens), domain);

    private static void Run(KvLedger ledger, TokenContent content, CacheDomain domain)
    {
        Assert.True(ledger.TryOpen(content, domain, content.Count - 1, out var sequence, out _));
        Assert.True(ledger.TryGrow(sequence, content.Count));
        ledger.Commit(sequence, content.Count);
        ledger.Close(sequence);
    }
}
