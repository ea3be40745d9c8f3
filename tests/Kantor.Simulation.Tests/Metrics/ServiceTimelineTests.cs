using Kantor.Core.Requests;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Tests.Metrics;

public class ServiceTimelineTests
{
    [Fact]
    public void A_prompt_counts_at_the_first_token_and_the_output_evenly_up_to_the_last()
    {
        var service = new ServiceTimeline();
        service.Add(Record(firstUs: 4000, lastUs: 20_000, tokens: 16), promptTokens: 100);
        service.Add(Record(firstUs: 9000, lastUs: 9000, tokens: 1), promptTokens: 5);
        Assert.Equal([104, 8 + 6, 4], service.TokensBy(8000, 3));
        Assert.Equal([118, 4], service.TokensBy(16_000, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => service.TokensBy(4000, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => service.TokensBy(12_000, 1));
    }

    [Fact]
    public void No_token_is_lost_when_the_buckets_grow()
    {
        var service = new ServiceTimeline();
        for (var request = 0; request < 100; request++) service.Add(Record(request * 1_000_000L, (request * 1_000_000L) + 3_000_000, 50), 10);
        Assert.Equal(6000, service.TokensBy(service.BucketUs, FleetTimeline.BucketsMax).Sum(), 6);
        Assert.InRange(service.BucketUs, 103_000_000 / FleetTimeline.BucketsMax, 2 * 103_000_000 / FleetTimeline.BucketsMax);
    }

    [Fact]
    public void A_request_without_a_token_got_nothing()
    {
        var service = new ServiceTimeline();
        service.Add(new RequestRecord { Outcome = RequestOutcome.RefusedQueueFull }, 10);
        Assert.Equal([0], service.TokensBy(8000, 1));
    }

    private static RequestRecord Record(long firstUs, long lastUs, int tokens) =>
        new() { FirstTokenUs = firstUs, LastTokenUs = lastUs, OutputTokens = tokens, Outcome = RequestOutcome.Stopped };
}
