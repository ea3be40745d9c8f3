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

    [Fact]
    public void Spread_arrivals_stay_before_the_next_tick_when_that_comes_early()
    {
        // The tick is 3 s, but every fourth recording came 1 s after the one before.
        long[] ticksUs = [.. Enumerable.Range(0, 40).Select(batch => (batch / 4 * 10_000_000L) + (batch % 4 == 3 ? 7_000_000 : batch % 4 * 3_000_000))];
        TraceRequest[] trace = [.. ticksUs.SelectMany(atUs => Enumerable.Repeat(new TraceRequest(atUs, 1, 1), 5))];
        var batches = ArrivalBatches.Of(trace);
        Assert.Equal(3_000_000, batches.TickUs);
        var spread = batches.Spread(trace, new RandomStream(1, "spread"));
        for (var index = 0; index + 5 < trace.Length; index++) Assert.InRange(spread[index].ArrivalUs, trace[index].ArrivalUs, ticksUs[(index / 5) + 1] - 1);
    }

    [Fact]
    public void A_batch_ends_where_the_time_changes_however_little()
    {
        // After every batch of four comes one of one request, a microsecond later: there is but that microsecond to spread four over.
        TraceRequest[] trace =
        [
            .. Enumerable.Range(0, 40).SelectMany(batch => Enumerable.Range(0, 5).Select(number => new TraceRequest((batch * 3_000_000L) + (number / 4), 1, 1))),
        ];
        var spread = new ArrivalBatches(trace.Length, 80, 1_000_000).Spread(trace, new RandomStream(1, "spread"));
        Assert.All(Enumerable.Range(0, trace.Length).Where(index => index % 5 < 4), index => Assert.Equal(trace[index].ArrivalUs, spread[index].ArrivalUs));
        Assert.Contains(Enumerable.Range(0, 40), batch => spread[(batch * 5) + 4].ArrivalUs > trace[(batch * 5) + 4].ArrivalUs);
    }

    [Theory]
    [InlineData(10, 2, 1_000_000, true)]
    [InlineData(9, 3, 1_000_000, false)]
    [InlineData(10, 2, 999_999, false)]
    public void Ten_ticks_of_a_second_with_two_requests_each_are_the_least(int batches, int size, long tickUs, bool expected)
    {
        var trace = Every(tickUs, batches, size);
        Assert.Equal(expected, ArrivalBatches.Of(trace).AreBatched);
        Assert.False(ArrivalBatches.Of(trace[1..]).AreBatched && size == 2, "One request fewer is less than two a tick.");
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
