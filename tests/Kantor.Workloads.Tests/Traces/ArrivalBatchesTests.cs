using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Traces;

public class ArrivalBatchesTests
{
    [Fact]
    public void Requests_stamped_at_a_coarse_tick_are_told_and_spread_over_it()
    {
        var trace = Every(3_000_000, batches: 40, size: 5);
        var batches = ArrivalBatches.Of(trace);
        Assert.Equal(new ArrivalBatches(200, 40, 3_000_000), batches);
        Assert.True(batches.AreBatched);

        var spread = batches.Spread(trace, new RandomStream(1, "spread"));
        Assert.Equal(trace.Select(request => request.PromptTokens), spread.Select(request => request.PromptTokens));
        Assert.Equal(spread.Select(request => request.ArrivalUs).Order(), spread.Select(request => request.ArrivalUs));
        for (var index = 0; index < trace.Length; index++)
        {
            Assert.InRange(spread[index].ArrivalUs - trace[index].ArrivalUs, 0, 2_999_999);
        }

        Assert.InRange(spread.Zip(trace, (after, before) => after.ArrivalUs - before.ArrivalUs).Average(), 1_200_000, 1_800_000);
        Assert.False(ArrivalBatches.Of(spread).AreBatched);
        Assert.Equal(spread, batches.Spread(trace, new RandomStream(1, "spread")));
        Assert.NotEqual(spread, batches.Spread(trace, new RandomStream(2, "spread")));
    }

    [Fact]
    public void A_batch_before_a_pause_is_spread_over_one_tick_only()
    {
        var trace = Every(3_000_000, batches: 40, size: 5).Select(request => request.ArrivalUs < 60_000_000 ? request : request with { ArrivalUs = request.ArrivalUs + 3_600_000_000 }).ToArray();
        var spread = ArrivalBatches.Of(trace).Spread(trace, new RandomStream(1, "spread"));
        Assert.All(spread.Zip(trace), pair => Assert.InRange(pair.First.ArrivalUs - pair.Second.ArrivalUs, 0, 2_999_999));
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(9, 50)]
    [InlineData(200, 1)]
    public void A_burst_at_few_moments_and_single_arrivals_are_meant_as_they_are(int batches, int size) =>
        Assert.False(ArrivalBatches.Of(Every(3_000_000, batches, size)).AreBatched);

    [Fact]
    public void Pairs_within_milliseconds_are_not_batches() => Assert.False(ArrivalBatches.Of(Every(999_999, 100, 5)).AreBatched);

    [Fact]
    public void Nothing_is_not_batched() => Assert.False(ArrivalBatches.Of([]).AreBatched);

    private static TraceRequest[] Every(long tickUs, int batches, int size) =>
        [.. Enumerable.Range(0, batches * size).Select(index => new TraceRequest(index / size * tickUs, index + 1, 1))];
}
