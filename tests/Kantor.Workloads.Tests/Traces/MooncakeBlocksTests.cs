using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Traces;

public class MooncakeBlocksTests
{
    [Fact]
    public void Small_blocks_are_put_together_and_equal_prefixes_stay_equal()
    {
        var blocks = new MooncakeBlocks();
        var first = blocks.Regroup(new TraceRequest(0, 1100, 1, [.. Enumerable.Range(0, 9)], 128));
        var longer = blocks.Regroup(new TraceRequest(1, 1280, 1, [.. Enumerable.Range(0, 8), 50, 51], 128));
        Assert.Equal((3, 512), (first.BlockIds.Length, first.TokensPerBlockId));
        Assert.Equal(first.BlockIds[..2], longer.BlockIds[..2]);
        Assert.NotEqual(first.BlockIds[2], longer.BlockIds[2]);
        var same = blocks.Regroup(new TraceRequest(2, 1100, 1, [.. Enumerable.Range(0, 9)], 128));
        Assert.Equal(first.BlockIds, same.BlockIds);
        Assert.NotNull(same.NewContent());
    }

    [Fact]
    public void Sharing_that_ends_within_512_tokens_is_lost()
    {
        var blocks = new MooncakeBlocks();
        var first = blocks.Regroup(new TraceRequest(0, 512, 1, [1, 2, 3, 4], 128));
        var other = blocks.Regroup(new TraceRequest(0, 512, 1, [1, 2, 3, 5], 128));
        Assert.NotEqual(first.BlockIds, other.BlockIds);
        var shorter = blocks.Regroup(new TraceRequest(0, 128, 1, [4], 128));
        Assert.NotEqual(first.BlockIds, shorter.BlockIds);
    }

    [Fact]
    public void Large_blocks_are_cut_and_unknown_content_is_new_each_time()
    {
        var blocks = new MooncakeBlocks();
        var large = blocks.Regroup(new TraceRequest(0, 1500, 1, [7, 8], 1024));
        Assert.Equal(3, large.BlockIds.Distinct().Count());
        Assert.Equal(large.BlockIds[..2], blocks.Regroup(new TraceRequest(0, 1024, 1, [7], 1024)).BlockIds);
        var (one, two) = (blocks.Regroup(new TraceRequest(0, 600, 1)), blocks.Regroup(new TraceRequest(0, 600, 1)));
        Assert.Equal(4, one.BlockIds.Concat(two.BlockIds).Distinct().Count());
    }

    [Fact]
    public void A_size_that_does_not_fit_is_refused() =>
        Assert.Contains("stands for 48 tokens", Assert.Throws<TraceException>(() => new MooncakeBlocks().Regroup(new TraceRequest(0, 48, 1, [7], 48))).Message);
}
