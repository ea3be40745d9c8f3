using FsCheck.Fluent;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Requests;
using Kantor.Core.Retention;
using Kantor.Core.Tests.Kv;

namespace Kantor.Core.Tests.Retention;

public class RetentionLawTests
{
    public static TheoryData<string> Policies => [.. PolicyCatalogue.BuiltIn.Retentions.Names];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Descendants_go_before_ancestors_so_that_all_that_stays_can_be_found__INV_KV_9(string policy) =>
        AssertDescendantsFirst(() => PolicyCatalogue.Retention(policy));

    [Fact]
    public void Not_even_a_policy_that_wants_heads_to_go_first_can_have_it__INV_KV_9() => AssertDescendantsFirst(() => new HeadsFirst());

    /// <summary>
    /// Where nobody computes what is there or what another is computing. A copy may become idle before what follows it in another's sequence: then the list lets it
    /// go first, and the heap, which knows what hangs on it, last.
    /// </summary>
    [Fact]
    public void Ascending_keys_give_the_same_from_the_heap_as_from_the_list__INV_KV_10() => Laws.HoldForLists(
        operations =>
        {
            var (list, heap) = (WithoutCopies(new LruRetention()), WithoutCopies(new LruByHeap()));
            for (var index = 0; index < operations.Length; index++)
            {
                var (number, length) = (operations[index] / 3, 2 + (operations[index] % 11));
                int[] tokens = [.. Enumerable.Range(0, length).Select(place => number >> (place / 2) & 1)];
                foreach (var ledger in (KvLedger[])[list, heap])
                {
                    ledger.TimeIs(index / 3);
                    Use(ledger, tokens);
                    ledger.Verify();
                }

                Assert.Equal((list.BlocksIdle, Changes(list)), (heap.BlocksIdle, Changes(heap)));
            }
        },
        cases: 300,
        length: 100);

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_books_hold_whatever_the_order__INV_KV_1(string policy) => Laws.HoldForLists(operations =>
    {
        var ledger = new KvLedger(Options(PolicyCatalogue.Retention(policy), blocks: 14) with { SequencesMax = 5, IdleBlocksMax = 6, KeepsCopies = false });
        Drive(ledger, operations, () => Assert.InRange(ledger.BlocksIdle, 0, 6));
    });

    [Fact]
    public void What_is_often_used_survives_a_scan_under_gdsf_and_not_under_lru()
    {
        Assert.Equal((8, 0), (HitAfterScan("gdsf:cost=one"), HitAfterScan("lru")));
        // Without a step-time model nothing costs anything, so age alone decides.
        Assert.Equal(0, HitAfterScan("gdsf"));
    }

    [Fact]
    public void Blocks_that_cost_more_to_recompute_stay_longer()
    {
        var ledger = new KvLedger(Options(new GdsfRetention(), blocks: 8) with { BlockSizeTokens = 4 }) { RecomputeUs = context => 100 + context };
        Use(ledger, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        Use(ledger, [21, 22, 23, 24, 25]);
        Use(ledger, [31, 32, 33, 34, 35]);
        // Five blocks idle would be needed; the first prompt's second block is the dearest, and its head cannot go before it.
        Use(ledger, [.. Enumerable.Range(41, 21)]);
        Assert.Equal((8, 0), (Hit(ledger, [1, 2, 3, 4, 5, 6, 7, 8, 9]), Hit(ledger, [21, 22, 23, 24, 25])));
        ledger.Verify();
    }

    [Fact]
    public void A_policy_is_told_what_the_ledger_knows_of_a_block()
    {
        var seen = new Seen();
        var ledger = new KvLedger(Options(seen, blocks: 8) with { BlockSizeTokens = 4 }) { RecomputeUs = context => context };
        foreach (var (user, nowUs) in new[] { (7L, 100L), (8L, 200L) })
        {
            ledger.TimeIs(nowUs);
            Assert.True(ledger.TryOpen(TokenContent.FromTokens([.. Enumerable.Range(0, 9)]), new CacheDomain(3, 0), 8, out var sequence, out _));
            ledger.NameUser(sequence, new RequestId(user));
            Assert.True(ledger.TryGrow(sequence, 9));
            ledger.Commit(sequence, 9);
            ledger.Close(sequence);
        }

        var (first, second) = (new RequestId(7), new RequestId(8));
        var tenant = new TenantId(3);
        Assert.Equal(
            [
                new IdleBlock(first, tenant, 1, 0, 100, 4), new IdleBlock(first, tenant, 0, 0, 100, 0),
                new IdleBlock(second, tenant, 1, 1, 200, 4), new IdleBlock(second, tenant, 0, 1, 200, 0),
            ],
            seen.Blocks);
    }

    private static void AssertDescendantsFirst(Func<IRetention> policy) => Laws.HoldForLists(operations =>
    {
        var ledger = new KvLedger(Options(policy(), blocks: 16));
        Drive(ledger, operations, () => AssertAllCanBeFound(ledger), trusts: true);
    });

    private static void AssertAllCanBeFound(KvLedger ledger)
    {
        for (var block = 0; block < ledger.BlocksTotal; block++)
        {
            if (!ledger.Idle.Contains(block) || ((IdleHeap.IBlocks)ledger).NodeOf(block) is PrefixTree.None) continue;
            var node = ledger.Tree.ParentOf(((IdleHeap.IBlocks)ledger).NodeOf(block));
            for (; ledger.Tree.ParentOf(node) != PrefixTree.None; node = ledger.Tree.ParentOf(node))
            {
                Assert.True(ledger.Tree.BlockOf(node) is not null, $"block {block} is idle and cannot be found");
            }
        }
    }

    /// <summary>Opens, computes and closes sequences over two letters; several are open at once. Content that is not trusted goes at once, whatever follows it.</summary>
    private static void Drive(KvLedger ledger, int[] operations, Action law, bool trusts = false)
    {
        var open = new Queue<(int Sequence, int Tokens)>();
        for (var index = 0; index < operations.Length; index++)
        {
            ledger.TimeIs(index / 3);
            var (number, length) = (operations[index] / 3, 2 + (operations[index] % 11));
            int[] tokens = [.. Enumerable.Range(0, length).Select(place => number >> (place / 2) & 1)];
            if (ledger.TryOpen(TokenContent.FromTokens(tokens), default, length - 1, out var sequence, out _))
            {
                if (ledger.TryGrow(sequence, length)) ledger.Commit(sequence, length);
                open.Enqueue((sequence, length));
            }

            while (open.Count > number % 4) ledger.Close(open.Dequeue().Sequence, keepsContent: trusts || number % 17 != 0);
            ledger.Verify();
            law();
        }
    }

    private static int HitAfterScan(string policy)
    {
        var ledger = new KvLedger(Options(PolicyCatalogue.Retention(policy), blocks: 8) with { BlockSizeTokens = 4 });
        int[] favourite = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        for (var use = 0; use < 5; use++) Use(ledger, favourite);
        for (var scan = 1; scan <= 4; scan++) Use(ledger, [.. Enumerable.Range(scan * 100, 17)]);
        ledger.Verify();
        return Hit(ledger, favourite);
    }

    private static KvLedger WithoutCopies(IRetention policy) => new(Options(policy, blocks: 20) with { KeepsCopies = false });

    private static string Changes(KvLedger ledger)
    {
        var changes = string.Join(' ', ledger.Changes.ToArray());
        ledger.ClearChanges();
        return changes;
    }

    private static void Use(KvLedger ledger, int[] tokens)
    {
        Assert.True(ledger.TryOpen(TokenContent.FromTokens(tokens), default, tokens.Length - 1, out var sequence, out _));
        Assert.True(ledger.TryGrow(sequence, tokens.Length));
        ledger.Commit(sequence, tokens.Length);
        ledger.Close(sequence);
    }

    private static int Hit(KvLedger ledger, int[] tokens) => ledger.Probe(TokenContent.FromTokens(tokens), default, tokens.Length - 1).Tokens;

    private static KvLedgerOptions Options(IRetention policy, int blocks) =>
        new() { BlocksTotal = blocks, BlockSizeTokens = 1, KeepsCopies = true, RecordsChanges = true, Retention = policy };

    /// <summary>The negative control: the deeper a block, the more it is worth.</summary>
    private sealed class HeadsFirst : IRetention
    {
        public string Name => "heads-first";

        public bool KeysAscend => false;

        public double KeyOf(in IdleBlock block, PolicyState state) => block.Depth;
    }

    private sealed class LruByHeap : IRetention
    {
        public string Name => "lru-by-heap";

        public bool KeysAscend => false;

        public double KeyOf(in IdleBlock block, PolicyState state) => block.IdleSinceUs;
    }

    private sealed class Seen : IRetention
    {
        public List<IdleBlock> Blocks { get; } = [];

        public string Name => "seen";

        public bool KeysAscend => false;

        public double KeyOf(in IdleBlock block, PolicyState state)
        {
            Blocks.Add(block);
            return 0;
        }
    }
}
