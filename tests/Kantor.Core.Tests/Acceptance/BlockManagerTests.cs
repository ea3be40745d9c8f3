using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>vLLM V1's block manager, exactly (research notes, scheduling 4a).</summary>
public class BlockManagerTests
{
    private static readonly CacheDomain Home = new(0, 0);

    [Fact]
    public void Blocks_are_evicted_least_recently_used_first_and_tails_before_heads()
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 8, BlockSizeTokens = 16 });
        Run(ledger, first: 1000, blocks: 3);
        Run(ledger, first: 2000, blocks: 3);
        Run(ledger, first: 1000, blocks: 3);
        Assert.Equal((2, 6), (ledger.BlocksFree, ledger.BlocksIdle));

        // The pool now gives its 2 free blocks, then the second sequence's third, second and first block, then the first sequence's.
        int[] expectedFirst = [3, 3, 3, 3, 3, 3, 2, 1, 0];
        int[] expectedSecond = [3, 3, 3, 2, 1, 0, 0, 0, 0];
        Assert.True(ledger.TryOpen(TokenContent.Opaque(1000), Home, 0, out var sequence, out _));
        for (var taken = 0; taken <= 8; taken++)
        {
            Assert.True(ledger.TryGrow(sequence, taken * 16));
            Assert.Equal((expectedFirst[taken], expectedSecond[taken]), (Cached(ledger, 1000), Cached(ledger, 2000)));
            ledger.Verify();
        }
    }

    [Fact]
    public void A_full_hit_recomputes_exactly_one_block()
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 16 });
        Run(ledger, first: 0, blocks: 4);
        Assert.True(ledger.TryOpen(Content(0, 4), Home, 63, out _, out var hitTokens));
        Assert.Equal(16, 64 - hitTokens);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    public void The_same_tokens_under_another_salt_or_adapter_miss(int tenant, int adapter)
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 16 });
        Run(ledger, first: 0, blocks: 4);
        Assert.Equal(0, ledger.Probe(Content(0, 4), new CacheDomain(tenant, adapter), 63).Tokens);
        Assert.Equal(48, ledger.Probe(Content(0, 4), Home, 63).Tokens);
    }

    [Fact]
    public void When_all_have_finished_nothing_is_referenced()
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 16 });
        ledger.TryOpen(Content(0, 4), Home, 63, out var left, out _);
        ledger.TryGrow(left, 64);
        ledger.Commit(left, 64);
        ledger.TryOpen(Content(0, 4), Home, 63, out var right, out _);
        Assert.Equal(2, ledger.ReferencesOf(ledger.BlockTable(right)[0]));
        ledger.Close(left);
        ledger.Close(right);
        for (var block = 0; block < 16; block++) Assert.Equal(0, ledger.ReferencesOf(block));
    }

    private static TokenContent Content(int first, int blocks) => TokenContent.FromTokens([.. Enumerable.Range(first, blocks * 16)]);

    private static int Cached(KvLedger ledger, int first) => ledger.Probe(Content(first, 3), Home, 48).Tokens / 16;

    private static void Run(KvLedger ledger, int first, int blocks)
    {
        ledger.TryOpen(Content(first, blocks), Home, blocks * 16, out var sequence, out _);
        Assert.True(ledger.TryGrow(sequence, blocks * 16));
        ledger.Commit(sequence, blocks * 16);
        ledger.Close(sequence);
    }
}
