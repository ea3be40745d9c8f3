using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Load;

public class LoadRoutersTests
{
    /// <summary>10 ms a step and 10 us a prompt token, and twice that.</summary>
    private static readonly LinearStepTime Fast = new(10_000, 10, 0, 0);

    private static readonly LinearStepTime Slow = new(20_000, 20, 0, 0);

    [Fact]
    public void Jsq_kv_counts_tokens_and_not_requests_and_those_that_wait_or_were_just_sent_too()
    {
        Assert.Equal(1, Where(new JsqKvRouter(), Kv(fleet => fleet.Add(running: 1, kvBlocksUsed: 90), fleet => fleet.Add(running: 8, kvBlocksUsed: 20))));
        Assert.Equal(0, Where(new JsqKvRouter(), Kv(fleet => fleet.Add(kvBlocksUsed: 30), fleet => fleet.Add(kvBlocksUsed: 20, queuedTokens: 11))));
        Assert.Equal(0, Where(new JsqKvRouter(), Kv(fleet => fleet.Add(kvBlocksUsed: 30), fleet => fleet.Add(kvBlocksUsed: 20, bookedTokens: 11))));
        Assert.Equal(0, Where(new JsqKvRouter(), Kv(fleet => fleet.Add(kvBlocksUsed: 30), fleet => fleet.Add(kvBlocksUsed: 20, queuedTokens: 10))));
    }

    [Fact]
    public void Least_work_is_reckoned_in_time_and_after_hits()
    {
        var unlike = new FleetBuilder();
        unlike.Add(queuedTokens: 1_000, stepTime: Slow);
        unlike.Add(queuedTokens: 1_500, stepTime: Fast);
        Assert.Equal(1, Where(new LeastWorkRouter(), unlike));
        var cached = new FleetBuilder { StepTime = Fast };
        cached.Add(queuedTokens: 0);
        cached.Add(queuedTokens: 40, hitTokens: 90);
        Assert.Equal(1, Where(new LeastWorkRouter(), cached));
        Assert.Equal(0, Where(new LeastWorkRouter(new() { CountsHits = false }), cached));
        var sent = new FleetBuilder { StepTime = Fast };
        sent.Add(queuedTokens: 10, bookedTokens: 100);
        sent.Add(queuedTokens: 20);
        Assert.Equal(1, Where(new LeastWorkRouter(), sent));
        Assert.Equal(0, Where(new LeastWorkRouter(new() { CountsSent = false }), sent));
    }

    [Fact]
    public void Decodes_that_run_make_the_steps_of_prompts_longer()
    {
        var fleet = new FleetBuilder { StepTime = new LinearStepTime(1_000, 10, 500, 0) };
        fleet.Add(queuedTokens: 1_000 + 200, running: 200);
        fleet.Add(queuedTokens: 1_500);
        Assert.Equal(1, Where(new LeastWorkRouter(), fleet));
    }

    /// <summary>The share of prompts that was computed before tells how much of the queue is to be computed.</summary>
    [Fact]
    public void Prompts_that_wait_where_most_is_cached_count_less()
    {
        var warm = new FleetBuilder { StepTime = Fast };
        warm.Add(hitTokens: 90);
        var router = new Routed(new LeastWorkRouter());
        for (var id = 0; id < 20; id++) router.Send(warm);
        var fleet = new FleetBuilder { StepTime = Fast };
        fleet.Add(queuedTokens: 1_000);
        fleet.Add(queuedTokens: 200);
        Assert.Equal(0, router.Send(fleet));
    }

    [Theory]
    [InlineData(1_000, 50, 1_400, 0, 0)]
    [InlineData(1_000, 50, 1_250, 0, 1)]
    [InlineData(0, 99, 10_000, 0, 1)]
    [InlineData(0, 50, 301, 0, 0)]
    [InlineData(0, 50, 299, 0, 1)]
    [InlineData(0, 50, 200, 101, 0)]
    public void Smg_adds_seconds_of_prompts_and_a_wait_for_memory(int queued, int kvShare, int otherQueued, int otherSent, int expected)
    {
        // 2,000 tokens a second; 0.15 s at half of the KV, 14.85 s at 99 %.
        var fleet = new FleetBuilder();
        fleet.Add(kvBlocksUsed: kvShare, queuedTokens: queued);
        fleet.Add(queuedTokens: otherQueued, bookedTokens: otherSent);
        Assert.Equal(expected, Where(new SmgRouter(new() { TokensPerS = 2_000 }), fleet));
    }

    [Fact]
    public void Smg_takes_its_rate_from_the_step_time_model()
    {
        var fleet = new FleetBuilder();
        fleet.Add(queuedTokens: 1_000, stepTime: Slow);
        fleet.Add(queuedTokens: 1_900, stepTime: Fast);
        Assert.Equal(1, Where(new SmgRouter(), fleet));
    }

    [Fact]
    public void Ttft_aware_as_published_is_the_fewest_requests()
    {
        var router = new TtftAwareRouter();
        Assert.Equal(Signals.Load, router.Reads);
        for (var seed = 0; seed < 50; seed++)
        {
            var fleet = new FleetBuilder();
            for (var index = 0; index < 5; index++) fleet.Add(waiting: (7 * (seed + index)) % 11, running: (seed * index) % 5, hitTokens: index);
            Assert.Equal(Where(new LeastLoadedRouter(), fleet), Where(router, fleet));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100, 1)]
    public void Ttft_aware_that_counts_hits_weighs_them_against_requests(int hitTokens, int expected)
    {
        // 0.6 · 100 ms for one request more against 0.4 · 0.5 ms for each token of a prompt of 400.
        var fleet = new FleetBuilder();
        fleet.Add();
        fleet.Add(waiting: 1, hitTokens: 3 * hitTokens + 1);
        Assert.Equal(expected, Where(new TtftAwareRouter(new() { CountsHits = true }), fleet, prompt: 400));
    }

    [Fact]
    public void Llumnix_goes_to_the_most_free_memory_by_running_request_and_a_queue_takes_memory_before_it_has_it()
    {
        // (100 − 40) / 4 = 15 against (100 − 60) / 2 = 20.
        Assert.Equal(1, Where(new LlumnixRouter(), Kv(fleet => fleet.Add(running: 4, kvBlocksUsed: 40, queuedTokens: 4), fleet => fleet.Add(running: 2, kvBlocksUsed: 60, queuedTokens: 2))));
        Assert.Equal(0, Where(new LlumnixRouter(), Kv(fleet => fleet.Add(running: 4, kvBlocksUsed: 40, queuedTokens: 4), fleet => fleet.Add(running: 2, kvBlocksUsed: 60, queuedTokens: 2 + 11))));
    }

    private static FleetBuilder Kv(params Action<FleetBuilder>[] endpoints)
    {
        var fleet = new FleetBuilder();
        foreach (var add in endpoints) add(fleet);
        return fleet;
    }

    private static int Where(IRouter router, FleetBuilder fleet, int prompt = 100) => new Routed(router).Send(fleet, Routed.Request(0, prompt));
}
