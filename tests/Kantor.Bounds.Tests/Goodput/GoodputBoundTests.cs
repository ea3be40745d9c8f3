using Kantor.Bounds.Goodput;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Tests.Shared;

namespace Kantor.Bounds.Tests.Goodput;

/// <summary>
/// The bound from below by exact optima of the fluid machine, which is one of the machines that it holds for, and from above by what everybody is
/// worth.
/// </summary>
public class GoodputBoundTests(ITestOutputHelper output)
{
    private const long TtftUs = 1_000_000;

    private static readonly LinearStepTime Model = new(0, 1_000, 0, 0);
    private static readonly BatchLimits Limits = new() { StepTokensMax = 1_000, RunningMax = 100 };
    private static readonly SloSpec InTime = new() { TtftUsMax = TtftUs };

    /// <summary>
    /// Requests of one token on machines without a fixed time are jobs of a preemptive machine: which sets are in time is said by the earliest
    /// deadline first, and of 8 requests all sets can be tried.
    /// </summary>
    [Fact]
    public void It_is_never_below_the_exact_optimum_of_small_instances_and_seldom_far_above()
    {
        var (ratios, below) = (new List<double>(), 0);
        TestSeed.Each(1_000, seed =>
        {
            foreach (var requests in (BoundRequest[][])[Instance(seed, "one", count: 8), Instance(seed, "two", count: 8)])
            {
                var bound = GoodputBound.Of(requests, new BoundFleet(1, Model, Limits), Quick).Weight;
                var optimum = Optimum(requests);
                if (bound < optimum * (1 - 1e-9)) below++;
                ratios.Add(optimum / bound);
            }
        });

        output.WriteLine(FormattableString.Invariant($"optimum over bound: mean {ratios.Average():0.000}, least {ratios.Min():0.000}"));
        Assert.Equal(0, below);
        Assert.True(ratios.Average() > 0.8, $"{ratios.Average()}");
    }

    /// <summary>The negative control: work that is taken for half as much again is caught.</summary>
    [Fact]
    public void A_minorant_that_claims_too_much_is_caught_by_the_exact_optimum()
    {
        var caught = 0;
        var wrong = new StepMinorant(1_500, 0, 0);
        TestSeed.Each(300, seed =>
        {
            var requests = Instance(seed, "one", count: 8);
            if (GoodputBound.Of(requests, new BoundFleet(1, Model, Limits), wrong, Quick).Weight < Optimum(requests) * (1 - 1e-9)) caught++;
        });

        Assert.True(caught > 30, $"{caught}");
    }

    [Fact]
    public void Without_a_crowd_everybody_is_worth_what_it_is()
    {
        BoundRequest[] calm = [.. Enumerable.Range(0, 50).Select(number => new BoundRequest(number * 2_000_000, 100, 1, 0, 1, InTime))];
        Assert.Equal(50, GoodputBound.Of(calm, new BoundFleet(1, Model, Limits)).Weight, 6);
    }

    [Fact]
    public void Of_a_burst_as_many_are_worth_something_as_a_window_has_time_for()
    {
        // 100 at once, each a tenth of the window: ten make it, and the edges of buckets cost less than three more.
        BoundRequest[] burst = [.. Enumerable.Range(0, 100).Select(_ => new BoundRequest(0, 100, 1, 0, 1, InTime))];
        Assert.InRange(GoodputBound.Of(burst, new BoundFleet(1, Model, Limits)).Weight, 10, 13);
        Assert.InRange(GoodputBound.Of(burst, new BoundFleet(3, Model, Limits)).Weight, 30, 36);
    }

    [Fact]
    public void Of_unlike_weights_the_heavy_ones_are_kept()
    {
        BoundRequest[] burst = [.. Enumerable.Range(0, 100).Select(number => new BoundRequest(0, 100, 1, 0, number < 5 ? 10 : 1, InTime))];
        Assert.InRange(GoodputBound.Of(burst, new BoundFleet(1, Model, Limits)).Weight, 55, 60);
    }

    [Fact]
    public void Who_is_late_even_alone_is_worth_nothing_and_who_has_no_limit_costs_nothing()
    {
        var late = new BoundRequest(0, 2_000, 1, 0, 5, InTime);
        var any = new BoundRequest(0, 2_000, 1, 0, 3, new SloSpec());
        var bound = GoodputBound.Of([late, any], new BoundFleet(1, Model, Limits));
        Assert.Equal((3, 8, 5), (bound.Weight, bound.WeightTotal, bound.WeightHopeless));
        Assert.Equal(0, GoodputBound.Of([late with { Limits = new SloSpec { TtftUsMax = TtftUs, GapUsMax = 1 } }], new BoundFleet(1, Model, Limits)).Weight);
    }

    [Fact]
    public void More_machines_more_hits_or_more_time_never_lower_it_by_more_than_the_search_leaves_over()
    {
        TestSeed.Each(40, seed =>
        {
            var requests = Instance(seed, "more", count: 12);
            var one = GoodputBound.Of(requests, new BoundFleet(1, Model, Limits), Quick).Weight;
            Assert.True(GoodputBound.Of(requests, new BoundFleet(2, Model, Limits), Quick).Weight > 0.97 * one);
            BoundRequest[] cached = [.. requests.Select(request => request with { HitTokensMax = request.PromptTokens / 2 })];
            Assert.True(GoodputBound.Of(cached, new BoundFleet(1, Model, Limits), Quick).Weight > 0.97 * one);
        });
    }

    private static GoodputBoundOptions Quick => new() { IterationsMax = 200 };

    private static BoundRequest[] Instance(ulong seed, string name, int count)
    {
        var random = new RandomStream(seed, name);
        return [.. Enumerable.Range(0, count).Select(_ => new BoundRequest(
            random.NextInt(2_500_000), 50 + random.NextInt(700), 1, 0, 1 + random.NextInt(4), InTime))];
    }

    private static double Optimum(BoundRequest[] requests)
    {
        var best = 0.0;
        for (var set = 0; set < 1 << requests.Length; set++)
        {
            BoundRequest[] chosen = [.. requests.Where((_, index) => (set >> index & 1) == 1)];
            var weight = chosen.Sum(request => request.Weight);
            if (weight > best && AreInTime(chosen)) best = weight;
        }

        return best;
    }

    /// <summary>Equal times to the deadline make the order of arrival the order of deadlines, and no preemption is needed.</summary>
    private static bool AreInTime(BoundRequest[] chosen)
    {
        var freeUs = 0.0;
        foreach (var request in chosen.OrderBy(request => request.ArrivalUs))
        {
            freeUs = Math.Max(freeUs, request.ArrivalUs) + (request.PromptTokens * Model.PrefillTokenUs);
            if (freeUs > request.ArrivalUs + TtftUs) return false;
        }

        return true;
    }
}
