using Kantor.Engine.Backends;
using static Kantor.LlamaCpp.Tests.KvScenario;

namespace Kantor.LlamaCpp.Tests;

/// <summary>What the engine relies on in the library's KV pool, checked against the pinned release with exact arithmetic settings.</summary>
public class KvPoolTests
{
    private static KvScenario Open(int kvTokens = 512) => new(FakeModels.OpenExact(kvTokens: kvTokens));

    [Fact]
    public void A_shared_prefix_gives_the_logits_of_a_prefill_of_its_own()
    {
        using KvScenario s = Open();
        int[] prefix = Tokens(40, 1), suffix = Tokens(7, 2);
        s.Decode(0, 0, prefix);
        s.Backend.CopyCells(0, 1, 0, 40);
        AssertSame(s.Fresh([.. prefix, .. suffix]), s.Decode(1, 40, suffix));
    }

    [Fact]
    public void Without_the_shared_prefix_the_same_suffix_gives_other_logits()
    {
        using KvScenario s = Open();
        int[] prefix = Tokens(40, 1), suffix = Tokens(7, 2);
        AssertDifferent(s.Fresh([.. prefix, .. suffix]), s.Decode(1, 0, suffix));
    }

    [Fact]
    public void Three_queries_that_share_a_prefix_decode_in_one_batch()
    {
        using KvScenario s = Open();
        int[] prefix = Tokens(30, 3);
        int[][] queries = [Tokens(5, 4), Tokens(9, 5), Tokens(1, 6)];
        s.Decode(0, 0, prefix);
        for (int q = 1; q <= 3; q++) s.Backend.CopyCells(0, q, 0, 30);
        float[][] together = s.DecodeTogether((1, 30, queries[0]), (2, 30, queries[1]), (3, 30, queries[2]));
        for (int q = 0; q < 3; q++) AssertSame(s.Fresh([.. prefix, .. queries[q]]), together[q]);
    }

    [Fact]
    public void Decode_rows_and_prompt_chunks_mix_in_one_batch()
    {
        using KvScenario s = Open();
        int[] a = Tokens(20, 7), b = Tokens(33, 8);
        s.Decode(0, 0, a[..19]);
        s.Decode(1, 0, b[..10]);
        float[][] mixed = s.DecodeTogether((0, 19, a[19..]), (1, 10, b[10..]));
        AssertSame(s.Fresh(a), mixed[0]);
        AssertSame(s.Fresh(b), mixed[1]);
    }

    [Fact]
    public void A_prompt_cut_into_chunks_gives_the_logits_of_the_whole()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(60, 9);
        s.Decode(0, 0, prompt[..1]);
        s.Decode(0, 1, prompt[1..24]);
        AssertSame(s.Fresh(prompt), s.Decode(0, 24, prompt[24..]));
    }

    [Fact]
    public void An_empty_sequence_may_start_at_any_position()
    {
        using KvScenario s = Open();
        int[] segment = Tokens(12, 10), query = Tokens(3, 11);
        s.Decode(0, 20, segment);
        float[] decodedThere = s.Decode(0, 32, query);
        s.Decode(1, 0, segment);
        s.Backend.ShiftCells(1, 0, 12, 20);
        AssertSame(decodedThere, s.Decode(1, 32, query));
    }

    [Fact]
    public void A_rejected_suffix_is_rolled_back_without_trace()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(20, 12), draft = Tokens(4, 13), real = Tokens(2, 14);
        s.Decode(0, 0, prompt);
        s.Decode(0, 20, draft);
        s.Backend.RemoveCells(0, 20, 24);
        AssertSame(s.Fresh([.. prompt, .. real]), s.Decode(0, 20, real));
    }

    [Fact]
    public void Moving_shared_cells_moves_them_for_every_sequence()
    {
        using KvScenario s = Open();
        s.Decode(0, 0, Tokens(20, 15));
        s.Backend.CopyCells(0, 1, 0, 20);
        s.Backend.ShiftCells(1, 0, 20, 5);
        Assert.Equal((5, 24), s.Backend.Positions(0));
    }

    [Fact]
    public void A_batch_beyond_the_pool_is_refused_and_changes_nothing()
    {
        using KvScenario s = Open(kvTokens: 256);
        int[] first = Tokens(200, 16), second = Tokens(30, 17);
        s.Decode(0, 0, first);
        s.Decode(1, 0, second);
        Assert.Equal(ExecuteStatus.NoKvSlot, s.TryDecode(1, 30, Tokens(40, 18)));
        Assert.Equal((0, 29), s.Backend.Positions(1));
        Assert.Equal((0, 199), s.Backend.Positions(0));
        Assert.Equal(ExecuteStatus.NoKvSlot, s.TryDecode(2, 0, Tokens(27, 19)));
        Assert.Null(s.Backend.Positions(2));
        Assert.Equal(ExecuteStatus.Ok, s.TryDecode(2, 0, Tokens(26, 19)));
        Assert.Equal(ExecuteStatus.NoKvSlot, s.TryDecode(1, 30, 5));
        s.Clear(0);
        AssertSame(s.Fresh([.. second, 5]), s.Decode(1, 30, 5));
    }

    [Fact]
    public void The_whole_pool_can_be_used_to_its_last_cell()
    {
        using KvScenario s = Open(kvTokens: 256);
        Assert.Equal(256, s.Backend.Info.KvTokensTotal);
        Assert.Equal(ExecuteStatus.Ok, s.TryDecode(0, 0, Tokens(256, 20)));
    }

    [Fact]
    public void Cells_freed_in_pieces_are_found_again_for_a_batch_that_needs_many()
    {
        using KvScenario s = Open(kvTokens: 256);
        for (int i = 0; i < 16; i++) s.Decode(i, 0, Tokens(16, 30 + i));
        for (int i = 0; i < 16; i += 2) s.Clear(i);
        int[] prompt = Tokens(128, 50);
        float[] scattered = s.Decode(20, 0, prompt);
        for (int i = 1; i < 16; i += 2) s.Clear(i);
        AssertSame(s.Fresh(prompt), scattered);
    }

    [Fact]
    public void A_sequence_can_be_put_together_from_adjacent_ranges_of_two_sources()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(30, 60), query = Tokens(4, 61);
        s.Decode(0, 0, prompt[..12]);
        s.Backend.CopyCells(0, 1, 0, 12);
        s.Decode(1, 12, prompt[12..]);
        s.Decode(0, 12, Tokens(9, 62));
        s.Backend.CopyCells(0, 2, 0, 12);
        s.Backend.CopyCells(1, 2, 12, 30);
        AssertSame(s.Fresh([.. prompt, .. query]), s.Decode(2, 30, query));
    }

    [Fact]
    public void Adjacent_ranges_survive_the_removal_of_both_sources()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(30, 63), query = Tokens(4, 64);
        s.Decode(0, 0, prompt[..12]);
        s.Backend.CopyCells(0, 1, 0, 12);
        s.Decode(1, 12, prompt[12..]);
        s.Backend.CopyCells(0, 2, 0, 12);
        s.Backend.CopyCells(1, 2, 12, 30);
        s.Clear(0);
        s.Clear(1);
        Assert.Equal((0, 29), s.Backend.Positions(2));
        AssertSame(s.Fresh([.. prompt, .. query]), s.Decode(2, 30, query));
    }

    [Fact]
    public void A_hole_in_a_retained_sequence_leaves_the_sharer_whole()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(40, 65), query = Tokens(3, 66);
        s.Decode(0, 0, prompt);
        s.Backend.CopyCells(0, 1, 0, 40);
        s.Backend.RemoveCells(0, 10, 25);
        Assert.Equal((0, 39), s.Backend.Positions(1));
        AssertSame(s.Fresh([.. prompt, .. query]), s.Decode(1, 40, query));
    }

    [Fact]
    public void A_range_beyond_a_hole_can_still_be_copied_and_used()
    {
        using KvScenario s = Open();
        int[] prompt = Tokens(40, 67), query = Tokens(3, 68);
        s.Decode(0, 0, prompt);
        s.Backend.CopyCells(0, 1, 0, 25);
        s.Backend.RemoveCells(0, 10, 25);
        s.Backend.CopyCells(1, 2, 0, 25);
        s.Backend.CopyCells(0, 2, 25, 40);
        s.Clear(0);
        s.Clear(1);
        AssertSame(s.Fresh([.. prompt, .. query]), s.Decode(2, 40, query));
    }

    [Fact]
    public void Copied_cells_cost_no_room()
    {
        using KvScenario s = Open(kvTokens: 256);
        int[] prefix = Tokens(200, 69);
        s.Decode(0, 0, prefix);
        for (int i = 1; i <= 56; i++) s.Backend.CopyCells(0, i, 0, 200);
        for (int i = 1; i <= 56; i++) Assert.Equal(ExecuteStatus.Ok, s.TryDecode(i, 200, 3 + i));
        Assert.Equal(ExecuteStatus.NoKvSlot, s.TryDecode(57, 0, 5));
    }

    [Fact]
    public void A_cell_is_free_only_when_its_last_sequence_lets_go()
    {
        using KvScenario s = Open(kvTokens: 256);
        s.Decode(0, 0, Tokens(256, 70));
        s.Backend.CopyCells(0, 1, 0, 256);
        s.Clear(0);
        Assert.Equal(ExecuteStatus.NoKvSlot, s.TryDecode(2, 0, 5));
        s.Backend.RemoveCells(1, 255, 256);
        Assert.Equal(ExecuteStatus.Ok, s.TryDecode(2, 0, 5));
    }

    [Fact]
    public void A_batch_that_skips_a_position_is_refused_and_changes_nothing()
    {
        using KvScenario s = Open();
        s.Decode(0, 0, Tokens(5, 71));
        Assert.Equal(ExecuteStatus.InvalidBatch, s.TryDecode(0, 7, 5));
        Assert.Equal(ExecuteStatus.InvalidBatch, s.TryDecode(0, 3, 5));
        Assert.Equal((0, 4), s.Backend.Positions(0));
    }
}
