using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using static Kantor.Papers.Studies.SliceStudy;

namespace Kantor.Papers.Tests;

/// <summary>
/// Slice-level scheduling (SCLS, arXiv 2406.13511) against request-level and continuous batches, and the choice of the slice (research notes,
/// scheduling 9d and 9e): prompts of about 200 tokens, outputs of about 200 of at most 1,024, memory for 20,000 tokens, Yi-34B, TP2, A100.
/// </summary>
public class SliceLevelTests(ITestOutputHelper output)
{
    /// <summary>Against continuous batches with chunked prefill slices lose: they reach about 0.63 of their throughput.</summary>
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    public void ACC_9d_slices_double_the_throughput_of_request_level_batches_and_lose_to_continuous_ones(ulong seed)
    {
        var (requestLevel, slices, continuous) = (SliceFigures.Of(new StaticPlanner(), seed), SliceFigures.Of(new SclsPlanner(), seed), SliceFigures.Of(new SarathiPlanner(), seed));
        output.WriteLine($"request level {requestLevel.Rps:0.00}, slices {slices.Rps:0.00}, continuous {continuous.Rps:0.00} requests/s");
        Assert.True(slices.Rps >= 2 * requestLevel.Rps, $"slices {slices.Rps:0.00}, request level {requestLevel.Rps:0.00} requests/s");
        Assert.InRange(slices.Rps / continuous.Rps, 0.5, 0.75);
    }

    [Fact]
    public void ACC_9e_a_slice_may_be_too_short_and_too_long()
    {
        var runs = Slices.Select(slice => (Slice: slice, Run: SliceFigures.Of(Scls(slice), 1))).ToArray();
        foreach (var (slice, run) in runs) output.WriteLine($"S {slice,5}: {run.Rps:0.000} requests/s, {run.RecomputedShare:P1} computed again");
        var best = runs.MaxBy(entry => entry.Run.Rps);
        Assert.InRange(best.Slice, 64, 256);
        Assert.Equal(runs.Where(entry => entry.Slice <= best.Slice), runs.Where(entry => entry.Slice <= best.Slice).OrderBy(entry => entry.Run.Rps));
        Assert.Equal(runs.Where(entry => entry.Slice >= best.Slice), runs.Where(entry => entry.Slice >= best.Slice).OrderByDescending(entry => entry.Run.Rps));
        // Too short: most of the work is prompts computed again. Too long: nobody comes back, and all wait for the longest.
        Assert.True(runs[0].Run.RecomputedShare > 0.30 && runs[0].Run.Rps < best.Run.Rps / 2, $"{runs[0]}");
        Assert.Equal(0, runs[^1].Run.RecomputedShare);
        Assert.InRange(runs[^1].Run.Rps / SliceFigures.Of(new StaticPlanner(), 1).Rps, 0.8, 1.2);
    }
}
