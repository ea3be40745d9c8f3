using FsCheck.Fluent;
using Kantor.Core.Kv;
using Kantor.Core.Retention;

namespace Kantor.Core.Tests.Kv;

public class KvLedgerLawTests
{
    [Theory]
    [InlineData(1, 20)]
    [InlineData(2, 10)]
    [InlineData(4, 9)]
    public void Free_idle_and_used_make_the_total_after_every_operation__G3_INV_KV_1(int blockSizeTokens, int blocks) =>
        Laws.HoldForLists(operations => Driver(blockSizeTokens, blocks).Run(operations), cases: 300, length: 80);

    [Theory]
    [InlineData(1, 20, null)]
    [InlineData(1, 16, 4)]
    [InlineData(1, 30, 2)]
    [InlineData(2, 12, 5)]
    public void Real_memory_that_repeats_the_changes_holds_every_computed_token_within_the_pool__INV_KV_2(int blockSizeTokens, int blocks, int? sequencesMax) =>
        Laws.HoldForLists(operations => Driver(blockSizeTokens, blocks, sequencesMax).Run(operations), cases: 300, length: 100);

    [Theory]
    [InlineData(1, 20)]
    [InlineData(4, 14)]
    public void The_books_hold_when_blocks_are_freed_in_turn(int blockSizeTokens, int blocks) => Laws.HoldForLists(
        operations => new LedgerDriver(new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = blockSizeTokens, Retention = new InTurnRetention(), RecordsChanges = true }).Run(operations),
        cases: 300,
        length: 100);

    [Theory]
    [InlineData(1, 20, null)]
    [InlineData(1, 40, 6)]
    [InlineData(2, 24, null)]
    public void The_books_hold_when_second_copies_are_kept__INV_KV_1(int blockSizeTokens, int blocks, int? sequencesMax) => Laws.HoldForLists(
        operations => new LedgerDriver(new KvLedgerOptions
        {
            BlocksTotal = blocks,
            BlockSizeTokens = blockSizeTokens,
            KeepsCopies = true,
            SequencesMax = sequencesMax,
            RecordsChanges = true,
        }).Run(operations),
        cases: 300,
        length: 100);

    [Theory]
    [InlineData(2, 24, null)]
    [InlineData(4, 14, null)]
    [InlineData(4, 14, 4)]
    public void In_memory_of_blocks_no_sequence_writes_what_another_reads__INV_KV_8(int blockSizeTokens, int blocks, int? sequencesMax) =>
        Laws.HoldForLists(operations => Driver(blockSizeTokens, blocks, sequencesMax).Run(operations), cases: 300, length: 100);

    [Fact]
    public void A_constant_hash_gives_the_same_hits_because_contents_are_compared__G4_INV_KV_3() => Laws.HoldForLists(operations =>
    {
        var (good, constant) = (Driver(1, 24), Driver(1, 24, keyHash: static _ => 7));
        good.Run(operations);
        constant.Run(operations);
        Assert.Equal(good.HitTokens, constant.HitTokens);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void No_more_idle_blocks_are_kept_than_allowed_and_the_books_and_memory_hold(int idleBlocksMax) => Laws.HoldForLists(operations =>
    {
        var driver = new LedgerDriver(new KvLedgerOptions
        {
            BlocksTotal = 30,
            BlockSizeTokens = 1,
            IdleBlocksMax = idleBlocksMax,
            SequencesMax = 8,
            RecordsChanges = true,
        });
        foreach (var operation in operations)
        {
            driver.Run([operation]);
            Assert.InRange(driver.Ledger.BlocksIdle, 0, idleBlocksMax);
        }

        driver.CloseAll();
        Assert.Equal(driver.Ledger.BlocksIdle, driver.Memory.LiveCells);
    });

    [Fact]
    public void Without_prefix_caching_nothing_is_hit_and_closed_sequences_leave_nothing() => Laws.HoldForLists(operations =>
    {
        var driver = new LedgerDriver(new KvLedgerOptions { BlocksTotal = 30, BlockSizeTokens = 1, PrefixCaching = false, RecordsChanges = true });
        driver.Run(operations);
        Assert.All(driver.HitTokens, hit => Assert.Equal(0, hit));
        driver.CloseAll();
        Assert.Equal(30, driver.Ledger.BlocksFree);
        Assert.Equal(0, driver.Memory.LiveCells);
    });

    [Fact]
    public void When_all_sequences_are_closed_no_block_is_referenced() => Laws.HoldForLists(operations =>
    {
        var driver = Driver(1, 24);
        driver.Run(operations);
        driver.CloseAll();
        Assert.Equal(0, driver.Ledger.BlocksUsed);
        for (var block = 0; block < 24; block++) Assert.Equal(0, driver.Ledger.ReferencesOf(block));
    });

    [Fact]
    public void The_operations_really_hit_share_and_run_out_of_ids()
    {
        var (hits, refused) = (0, 0);
        Laws.HoldForLists(operations =>
        {
            // Two ids refuse most openings, so hits are counted where there are ids for all.
            var (ample, scarce) = (Driver(1, 30), Driver(1, 30, sequencesMax: 2));
            ample.Run(operations);
            scarce.Run(operations);
            hits += ample.HitTokens.Count(hit => hit > 0);
            refused += scarce.Refused;
        });
        Assert.True(hits > 100 && refused > 100, $"{hits} hits, {refused} refused");
    }

    [Fact]
    public void The_operations_really_fork_and_copy()
    {
        var (forks, copies) = (0, 0);
        Laws.HoldForLists(operations =>
        {
            var driver = Driver(4, 20);
            driver.Run(operations);
            forks += driver.Forks;
            copies += driver.CopiedBlocks;
        });
        Assert.True(forks > 100 && copies > 100, $"{forks} forks, {copies} copies");
    }

    private static LedgerDriver Driver(int blockSizeTokens, int blocks, int? sequencesMax = null, Func<int, int>? keyHash = null) => new(new KvLedgerOptions
    {
        BlocksTotal = blocks,
        BlockSizeTokens = blockSizeTokens,
        SequencesMax = sequencesMax,
        RecordsChanges = true,
        KeyHash = keyHash,
    });
}
