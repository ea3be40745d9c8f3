using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Kv;

public class AnnouncingTests
{
    private static readonly int[] Prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact]
    public void An_announced_block_is_hit_before_it_is_computed()
    {
        var (ledger, first) = Announced();
        Assert.Equal(8, Hit(ledger));
        var second = Open(ledger, out var hit);
        Assert.Equal(8, hit);
        Assert.Equal(2, ledger.BlocksUsed - 1);
        ledger.Commit(first, 9);
        ledger.Commit(second, 9);
        Assert.Equal(0, ledger.BlocksAnnounced);
        ledger.Verify();
    }

    [Fact]
    public void A_block_whose_step_failed_is_never_a_hit_and_whoever_began_with_it_is_not_founded__INV_KV_5()
    {
        var (ledger, first) = Announced();
        var second = Open(ledger, out _);
        Assert.True(ledger.IsFounded(second));
        ledger.Withdraw(first);
        Assert.Equal(0, Hit(ledger));
        Assert.False(ledger.IsFounded(second));
        Assert.True(ledger.IsFounded(first));
        ledger.Close(second);
        ledger.Close(first);
        Assert.Equal(0, Hit(ledger));
        Assert.Equal(16, ledger.BlocksFree);
        ledger.Verify();
    }

    [Fact]
    public void What_was_committed_before_stays_a_hit_when_a_later_step_fails__INV_KV_5()
    {
        var (ledger, first) = Announced(tokens: 4);
        ledger.Commit(first, 4);
        ledger.Announce(first, 9);
        ledger.Withdraw(first);
        Assert.Equal(4, Hit(ledger));
        ledger.Announce(first, 9);
        Assert.Equal(8, Hit(ledger));
        ledger.Verify();
    }

    [Fact]
    public void A_sequence_that_closes_before_its_step_leaves_nothing_behind__INV_KV_5()
    {
        var (ledger, first) = Announced();
        ledger.Close(first);
        Assert.Equal((16, 0), (ledger.BlocksFree, Hit(ledger)));
        ledger.Verify();
    }

    [Fact]
    public void A_sharer_keeps_what_the_announcer_left_and_vouches_for_it_when_the_step_is_done()
    {
        var (ledger, first) = Announced();
        var second = Open(ledger, out _);
        ledger.Close(first);
        Assert.True(ledger.IsFounded(second));
        ledger.Commit(second, 9);
        ledger.Close(second);
        Assert.Equal(8, Hit(ledger));
        ledger.Verify();
    }

    [Fact]
    public void A_sequence_without_room_of_its_own_takes_what_was_announced_since_it_began()
    {
        var ledger = New();
        var second = Open(ledger, out var hit);
        Assert.Equal(0, hit);
        var first = Open(ledger, out _);
        Assert.True(ledger.TryGrow(first, 9));
        ledger.Announce(first, 9);
        Assert.Equal(8, ledger.Extend(second, 8));
        Assert.True(ledger.TryGrow(second, 9));
        Assert.Throws<InvalidOperationException>(() => ledger.Extend(second, 8));
        ledger.Verify();
    }

    [Fact]
    public void A_second_copy_is_hit_when_the_first_was_evicted_only_where_copies_are_kept()
    {
        Assert.Equal(8, HitAfterEvictionOfTheFirst(keepsCopies: true));
        Assert.Equal(0, HitAfterEvictionOfTheFirst(keepsCopies: false));
    }

    /// <summary>Two sequences compute the same; the first closes, and its blocks are evicted while the second runs.</summary>
    private static int HitAfterEvictionOfTheFirst(bool keepsCopies)
    {
        var ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = 6, BlockSizeTokens = 4, KeepsCopies = keepsCopies });
        var (first, second) = (Open(ledger, out _), Open(ledger, out _));
        foreach (var sequence in new[] { first, second })
        {
            Assert.True(ledger.TryGrow(sequence, 9));
            ledger.Commit(sequence, 9);
        }

        ledger.Close(first);
        Assert.True(ledger.TryOpen(TokenContent.Opaque(12), default, 0, out var other, out _) && ledger.TryGrow(other, 12));
        ledger.Verify();
        return Hit(ledger);
    }

    private static (KvLedger Ledger, int First) Announced(int tokens = 9)
    {
        var ledger = New();
        var first = Open(ledger, out _);
        Assert.True(ledger.TryGrow(first, 9));
        ledger.Announce(first, tokens);
        return (ledger, first);
    }

    private static KvLedger New() => new(new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 4 });

    private static int Open(KvLedger ledger, out int hitTokens)
    {
        Assert.True(ledger.TryOpen(TokenContent.FromTokens([.. Prompt]), default, Prompt.Length - 1, out var sequence, out hitTokens));
        return sequence;
    }

    private static int Hit(KvLedger ledger) => ledger.Probe(TokenContent.FromTokens([.. Prompt]), default, Prompt.Length - 1).Tokens;
}
