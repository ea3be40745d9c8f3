using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>PagedAttention's copy on write (arXiv 2309.06180, section 4.4; research notes, scheduling 4c): beam 4 on a prompt of 512 tokens.</summary>
public class CopyOnWriteTests
{
    private const int Beams = 4;

    [Theory]
    [InlineData(16, 32)]
    [InlineData(20, 26)]
    public void Four_beams_store_the_prompt_once(int blockSizeTokens, int promptBlocks)
    {
        var ledger = Pool(blocks: 64, blockSizeTokens);
        var beams = Fork(ledger, computed: 512);
        Assert.Equal(promptBlocks, ledger.BlocksUsed);
        Assert.All(beams, beam => Assert.Equal(ledger.BlockTable(beams[0]), ledger.BlockTable(beam)));
        Assert.All(ledger.BlockTable(beams[0]), block => Assert.Equal(Beams, ledger.ReferencesOf(block)));
        ledger.Verify();
    }

    [Fact]
    public void A_diverging_write_copies_exactly_the_block_that_it_goes_into_and_the_last_beam_keeps_the_original()
    {
        // One token of the answer is common to all beams, so a 33rd block is filled in part when they diverge.
        var ledger = Pool(blocks: 64, blockSizeTokens: 16);
        var beams = Fork(ledger, computed: 513);
        Assert.Equal(33, ledger.BlocksUsed);
        for (var beam = 0; beam < Beams; beam++)
        {
            ledger.ClearChanges();
            Assert.True(ledger.TryGrow(beams[beam], 514));
            KvChange[] copied = [new KvChange(KvChangeKind.Copy, beams[beam], beams[beam], 512, 513)];
            Assert.Equal(beam < Beams - 1 ? copied : [], ledger.Changes);
            Assert.Equal(33 + Math.Min(beam + 1, Beams - 1), ledger.BlocksUsed);
            ledger.Verify();
        }

        Assert.Equal(32 + Beams, ledger.BlocksUsed);
        Assert.Equal(Beams, beams.Select(beam => ledger.BlockTable(beam)[^1]).Distinct().Count());
        AssertWritesOnWithoutCopies(ledger, beams);
    }

    [Fact]
    public void A_prompt_that_ends_with_a_block_is_never_copied()
    {
        var ledger = Pool(blocks: 64, blockSizeTokens: 16);
        var beams = Fork(ledger, computed: 512);
        AssertWritesOnWithoutCopies(ledger, beams);
        Assert.Equal(32 + Beams, ledger.BlocksUsed);
    }

    [Fact]
    public void Without_a_block_for_the_copy_a_write_is_refused_and_nothing_changes()
    {
        var ledger = Pool(blocks: 34, blockSizeTokens: 16);
        var beams = Fork(ledger, computed: 513);
        Assert.True(ledger.TryGrow(beams[0], 514));
        Assert.False(ledger.TryGrow(beams[1], 514));
        Assert.Equal(ledger.BlockTable(beams[1]), ledger.BlockTable(beams[2]));
        ledger.Close(beams[0]);
        Assert.True(ledger.TryGrow(beams[1], 514));
        ledger.Verify();
    }

    [Fact]
    public void When_all_beams_have_finished_nothing_is_referenced()
    {
        var ledger = Pool(blocks: 64, blockSizeTokens: 16);
        var beams = Fork(ledger, computed: 513);
        ledger.Close(beams[0]);
        foreach (var beam in beams[1..])
        {
            Assert.True(ledger.TryGrow(beam, 520));
            ledger.Close(beam);
            ledger.Verify();
        }

        Assert.Equal((32, 32), (ledger.BlocksFree, ledger.BlocksIdle));
        for (var block = 0; block < 64; block++) Assert.Equal(0, ledger.ReferencesOf(block));
    }

    private static void AssertWritesOnWithoutCopies(KvLedger ledger, int[] beams)
    {
        ledger.ClearChanges();
        for (var tokens = 513; tokens <= 528; tokens++)
        {
            foreach (var beam in beams) Assert.True(ledger.TryGrow(beam, tokens));
        }

        Assert.Empty(ledger.Changes);
        ledger.Verify();
    }

    private static KvLedger Pool(int blocks, int blockSizeTokens) =>
        new(new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = blockSizeTokens, RecordsChanges = true });

    private static int[] Fork(KvLedger ledger, int computed)
    {
        var first = Open(ledger, Content(beam: 0));
        Assert.True(ledger.TryGrow(first, computed));
        ledger.Commit(first, computed);
        var beams = new int[Beams];
        beams[0] = first;
        for (var beam = 1; beam < Beams; beam++) Assert.True(ledger.TryFork(first, computed, Content(beam), out beams[beam]));
        return beams;
    }

    private static int Open(KvLedger ledger, TokenContent content)
    {
        Assert.True(ledger.TryOpen(content, default, 0, out var sequence, out _));
        return sequence;
    }

    /// <summary>Equal in the first 513 tokens.</summary>
    private static TokenContent Content(int beam) => TokenContent.FromTokens([.. Enumerable.Range(0, 513), .. Enumerable.Repeat(1000 + beam, 15)]);
}
