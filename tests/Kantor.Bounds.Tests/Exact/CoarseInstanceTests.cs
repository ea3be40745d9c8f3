using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Tests.Exact;

public class CoarseInstanceTests
{
    private static readonly SloSpec Slo = new() { TtftUsMax = 2_000_000, GapUsMax = 100_000 };

    private static readonly FleetFacts Fleet = new()
    {
        Replicas = 2,
        StepTime = new LinearStepTime(9_000, 55, 55, 0),
        Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 128 },
        KvTokens = 40_000,
    };

    [Fact]
    public void Instances_lie_evenly_over_the_trace_and_keep_its_load()
    {
        // 8 a second and replica of 1,000 tokens and 201 more, each in 200 steps.
        BoundRequest[] trace = [.. Enumerable.Range(0, 4_000).Select(at => new BoundRequest(at * 62_500L, 1_000, 201))];
        var instances = CoarseInstance.Of(trace, Fleet with { KvTokens = 400_000 }, Slo, 5, 4);
        Assert.Equal(5, instances.Count);
        var (first, scale) = (instances[0], instances[0].Scale);
        Assert.Equal((40, 500), (scale.Steps, scale.Tokens));
        Assert.All(first.Requests, request => Assert.Equal((2, 6, 0), (request.PromptTokens, request.OutputTokens, request.HitTokensMax)));
        Assert.Equal([0, 1, 2, 3], first.Requests.Select(request => request.ArrivalUs / (62_500L * 2 * scale.Requests)));
        Assert.Equal(4_000_000, first.Slo.GapUsMax);
        Assert.Equal(2_000_000, first.Slo.TtftUsMax);
        // Held in the mean are 2 + 2.5 units for 1,100 tokens, so that a pool of so many requests is one of as many units.
        Assert.Equal((long)(4.5 / 2.2 * 400_000 / (scale.Requests * 500)), first.Fleet.KvTokens);
        Assert.Equal(1, first.Fleet.Replicas);
    }

    [Fact]
    public void A_coarse_step_takes_as_long_as_the_steps_that_it_stands_for()
    {
        BoundRequest[] trace = [.. Enumerable.Range(0, 4_000).Select(at => new BoundRequest(at * 62_500L, 1_000, 201))];
        var instance = CoarseInstance.Of(trace, Fleet, Slo, 1, 4)[0];
        var (scale, model) = (instance.Scale, instance.Fleet.StepTime);
        Assert.Equal(0, model.StepUs(default));
        var all = scale.Requests;
        Assert.Equal(40 * (9_000 + (55.0 * 3 * all)), model.StepUs(new StepLoad(0, 3, 0, 0)), 1e-6);
        Assert.Equal(40 * (9_000 + (55 * Math.Ceiling(500.0 * all / 40))), model.StepUs(new StepLoad(1, 0, 0, 1)), 1e-6);
    }

    [Fact]
    public void Too_short_a_trace_gives_none_and_wrong_numbers_are_refused()
    {
        Assert.Empty(CoarseInstance.Of([], Fleet, Slo, 3));
        Assert.Empty(CoarseInstance.Of([new BoundRequest(0, 10, 10)], Fleet, Slo, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => CoarseInstance.Of([], Fleet, Slo, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => CoarseInstance.Of([], Fleet, Slo, 1, StepOptimum.RequestsMax + 1));
    }

    [Theory]
    [InlineData("goodput(ttft=2s,itl=100ms)")]
    [InlineData("latency(mean-e2e)")]
    [InlineData("latency(mean-ttft)")]
    public void No_optimum_of_a_solved_instance_passes_its_bound(string objective)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out _));
        var solved = 0;
        TestSeed.Each(12, seed =>
        {
            var random = new RandomStream(seed, "coarse");
            var us = 0L;
            BoundRequest[] trace = [.. Enumerable.Range(0, 600).Select(_ => new BoundRequest(us += random.NextInt(120_000), 200 + random.NextInt(1_500), 1 + random.NextInt(400)))];
            foreach (var instance in CoarseInstance.Of(trace, Fleet, parsed.Slo, 2, 3))
            {
                if (Tightness.Of(instance, parsed.Terms[0]) is not { } found) continue;
                Assert.True(found.Share is null or <= 1 + 1e-9, $"{found.Optimum} passes {found.Bound.Value}");
                solved++;
            }
        });

        Assert.True(solved > 10, $"{solved} solved");
    }
}
