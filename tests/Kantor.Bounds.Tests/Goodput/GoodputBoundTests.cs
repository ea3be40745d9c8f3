using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Bounds.Goodput;
using Kantor.Bounds.Work;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Tests.Goodput;

public class GoodputBoundTests
{
    private static readonly GoodputBoundOptions Quick = new() { BucketMs = 0.05, EvaluationsMax = 100 };

    [Fact]
    public void It_is_never_below_the_exact_optimum_of_small_instances__INV_BND_3()
    {
        var (tight, all, optima, bounds) = (0, 0, 0.0, 0.0);
        TestSeed.Each(2_000, seed =>
        {
            var (requests, fleet, slo) = SmallFleets.Draw(seed);
            var optimum = StepOptimum.Goodput(requests, fleet, slo);
            var bound = GoodputBound.Of(requests, fleet, slo, Quick);
            Assert.True(bound.Value >= optimum - 1e-9, $"{bound.Value} is below {optimum}: {fleet}, {slo}, {string.Join("; ", requests)}");
            Assert.True(bound.Value <= bound.Steps[0].Value + 1e-9);
            (optima, bounds) = (optima + optimum, bounds + bound.Value);
            tight += bound.Value < bound.Steps[1].Value - 1e-6 ? 1 : 0;
            all++;
        });

        // It says something: prices alone, beyond what no empty replica could serve, and over all not far above the truth.
        Assert.True(tight > all / 20, $"prices lowered it in {tight} of {all} cases");
        Assert.True(optima > 0.5 * bounds, $"optima {optima}, bounds {bounds}");
    }

    [Theory]
    [InlineData(1.6, 1)]
    [InlineData(1, 1.6)]
    public void A_wrong_minorant_is_caught(double prefillFactor, double decodeFactor)
    {
        var caught = 0;
        TestSeed.Each(400, seed =>
        {
            var (requests, fleet, slo) = SmallFleets.Draw(seed);
            var work = new FleetWork(fleet);
            var limits = Deadlines.Of(slo);
            WorkRates[] wrong = [.. work.Rates(limits.GapUs).Select(rates => rates with
            {
                PrefillTokenUs = rates.PrefillTokenUs * prefillFactor,
                DecodeTokenUs = rates.DecodeTokenUs * decodeFactor,
            })];
            var bound = GoodputBound.OfRates(requests, work, limits, wrong, Quick);
            caught += bound.Value < StepOptimum.Goodput(requests, fleet, slo) - 1e-6 ? 1 : 0;
        });

        Assert.True(caught > 0, "no instance told the wrong minorant from a right one");
    }

    [Fact]
    public void Machine_time_decides_when_all_come_at_once()
    {
        // Ten prompts of 100 tokens at 1 ms a token, a deadline of half a second: five can be served.
        var fleet = Fleet(new LinearStepTime(0, 1_000, 0, 0));
        BoundRequest[] requests = [.. Enumerable.Range(0, 10).Select(_ => new BoundRequest(0, 100, 1))];
        var bound = GoodputBound.Of(requests, fleet, new SloSpec { TtftUsMax = 500_000 });
        Assert.InRange(bound.Value, 5, 7.6);
        Assert.InRange(GoodputBound.Of(requests, fleet, new SloSpec { TtftUsMax = 500_000 }, new() { BucketMs = 10 }).Value, 5, 5.2);
        Assert.Equal(10, GoodputBound.Of(requests, fleet with { Replicas = 2 }, new SloSpec { TtftUsMax = 500_000 }).Value, 1e-6);
    }

    [Fact]
    public void Memory_decides_when_it_binds()
    {
        // Machine time is no matter; each answer holds 1,000 tokens for 100 steps of 1 ms, and there is room for one at a time.
        var fleet = Fleet(new LinearStepTime(1_000, 0, 0, 0)) with { KvTokens = 1_200 };
        BoundRequest[] requests = [.. Enumerable.Range(0, 10).Select(_ => new BoundRequest(0, 1_000, 101))];
        var slo = new SloSpec { E2eUsMax = 310_000 };
        var bound = GoodputBound.Of(requests, fleet, slo, new() { BucketMs = 10 });
        Assert.InRange(bound.Value, 3, 4);
        Assert.InRange(GoodputBound.Of(requests, fleet with { KvTokens = 12_000 }, slo, new() { BucketMs = 10 }).Value, 9.5, 10);
    }

    /// <summary>Two at a time fit, for three rounds of decoding each; the first round computes prompts.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void Memory_that_is_charged_twice_is_caught(double heldFactor, bool isCaught)
    {
        var fleet = Fleet(new LinearStepTime(1_000, 0, 0, 0)) with { KvTokens = 10, Limits = new BatchLimits { StepTokensMax = 8, RunningMax = 8 } };
        BoundRequest[] requests = [.. Enumerable.Range(0, 5).Select(_ => new BoundRequest(0, 2, 4))];
        var slo = new SloSpec { E2eUsMax = 7_000 };
        var work = new FleetWork(fleet);
        WorkRates[] rates = [.. work.Rates(double.PositiveInfinity, heldShare: 1).Select(one => one with { HeldTokenUs = one.HeldTokenUs * heldFactor })];
        var bound = GoodputBound.OfRates(requests, work, Deadlines.Of(slo), rates, Quick);
        var optimum = StepOptimum.Goodput(requests, fleet, slo);
        Assert.True(isCaught == bound.Value < optimum - 1e-6, $"{bound.Value} for {optimum}");
    }

    [Fact]
    public void Memory_and_machine_time_bind_together()
    {
        // As before, and each prompt takes another 60 ms of the machine, in which no answer can hold what it needs.
        var fleet = Fleet(new LinearStepTime(1_000, 60, 0, 0)) with { KvTokens = 1_100 };
        BoundRequest[] requests = [.. Enumerable.Range(0, 10).Select(_ => new BoundRequest(0, 1_000, 101))];
        var slo = new SloSpec { E2eUsMax = 620_000 };
        Assert.InRange(GoodputBound.Of(requests, fleet, slo, new() { BucketMs = 10 }).Value, 3, 4.3);
        Assert.InRange(GoodputBound.Of(requests, fleet with { StepTime = new LinearStepTime(1_000, 0, 0, 0) }, slo, new() { BucketMs = 10 }).Value, 6, 6.8);
    }

    [Fact]
    public void A_request_that_an_empty_replica_could_not_serve_counts_nothing()
    {
        var fleet = Fleet(new LinearStepTime(0, 1_000, 0, 0));
        BoundRequest[] requests = [new(0, 100, 1, 0, 5), new(0, 100, 1, 60, 2)];
        var bound = GoodputBound.Of(requests, fleet, new SloSpec { TtftUsMax = 50_000 });
        Assert.Equal(2, bound.Value, 1e-6);
        Assert.Equal([7, 2], bound.Steps.Take(2).Select(step => step.Value));
    }

    [Fact]
    public void The_gap_safe_variant_is_not_above_and_says_whom_it_bounds()
    {
        var fleet = Fleet(new LinearStepTime(9_000, 55, 55, 0)) with { Limits = new BatchLimits { StepTokensMax = 2_048, RunningMax = 128 } };
        BoundRequest[] requests = [.. Enumerable.Range(0, 400).Select(at => new BoundRequest(at * 20_000, 1_000, 100))];
        var slo = new SloSpec { TtftUsMax = 1_000_000, GapUsMax = 30_000 };
        var (all, safe) = (GoodputBound.Of(requests, fleet, slo), GoodputBound.Of(requests, fleet, slo, new() { IsGapSafe = true }));
        Assert.True(safe.Value < 0.97 * all.Value, $"{safe.Value} among gap-safe policies, {all.Value} of all");
        Assert.Contains("Only of policies", safe.Assumptions[0], StringComparison.Ordinal);
        Assert.Equal(GoodputBound.GapSafeName, safe.Name);
    }

    [Fact]
    public void Equal_input_gives_equal_bounds_and_what_is_out_of_range_is_refused()
    {
        var fleet = Fleet(new LinearStepTime(9_000, 55, 55, 0));
        BoundRequest[] requests = [.. Enumerable.Range(0, 3_000).Select(at => new BoundRequest(at * 3_000, 1_000, 20))];
        var slo = new SloSpec { TtftUsMax = 1_000_000, TpotUsMax = 50_000 };
        var few = new GoodputBoundOptions { EvaluationsMax = 20 };
        Assert.Equal(GoodputBound.Of(requests, fleet, slo, few).Value, GoodputBound.Of(requests, fleet, slo, few).Value);
        Assert.Throws<ArgumentException>(() => GoodputBound.Of([new BoundRequest(0, 5, 1, 5)], fleet, slo));
        Assert.Throws<ArgumentOutOfRangeException>(() => GoodputBound.Of(requests, fleet with { Replicas = 0 }, slo));
        Assert.Throws<ArgumentOutOfRangeException>(() => GoodputBound.Of(requests, fleet, slo, new() { BucketMs = 0 }));
    }

    private static FleetFacts Fleet(IStepTimeModel model) => new()
    {
        Replicas = 1,
        StepTime = model,
        Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 128 },
        KvTokens = 1_000_000,
    };
}
