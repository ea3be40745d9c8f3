using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Bounds.Latency;
using Kantor.Bounds.Prices;
using Kantor.Bounds.Sharing;
using Kantor.Bounds.Work;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;

namespace Kantor.Bounds.Tests.Sharing;

/// <summary>Bounds by shared steps against exact optima of one machine.</summary>
public class SharingBoundTests
{
    private static readonly FleetFacts Chat = new()
    {
        Replicas = 1,
        StepTime = new LinearStepTime(9_000, 55, 55, 0),
        Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 128 },
        KvTokens = 400_000,
    };

    [Fact]
    public void It_is_never_above_the_exact_optimum_of_small_instances__INV_BND_3()
    {
        var (optima, bounds) = (0.0, 0.0);
        TestSeed.Each(2_500, seed =>
        {
            var (requests, fleet) = Draw(seed);
            var optimum = OptimumS(requests, fleet);
            var step = LatencyBounds.Of(requests, fleet, LatencyKind.E2e)!.Steps.Single(one => one.Name == LatencyBounds.SharedSteps);
            Assert.True(step.Value <= optimum * (1 + 1e-9), $"{step} is above {optimum}: {fleet}, {string.Join("; ", requests)}");
            (optima, bounds) = (optima + optimum, bounds + step.Value);
        });

        Assert.True(bounds > 0.7 * optima, $"bounds {bounds}, optima {optima}");
    }

    /// <summary>Not only the prices that a search finds: the dual is a bound at all of them, and for every minorant.</summary>
    [Fact]
    public void Whatever_the_prices_are_it_is_not_above_the_optimum()
    {
        TestSeed.Each(2_500, seed =>
        {
            var (requests, fleet) = Draw(seed);
            var most = MostAtRandom(seed, requests, fleet, minorant => minorant);
            var optimum = OptimumS(requests, fleet);
            Assert.True(most <= optimum * (1 + 1e-9), $"{most} is above {optimum}: {fleet}, {string.Join("; ", requests)}");
        });
    }

    [Theory]
    [InlineData(1.6, 1)]
    [InlineData(1, 3)]
    public void Minorants_that_are_too_large_are_caught(double fixedUs, double prefill)
    {
        var caught = 0;
        TestSeed.Each(1_500, seed =>
        {
            var (requests, fleet) = Draw(seed);
            var most = MostAtRandom(seed, requests, fleet, minorant => new StepMinorant(minorant.FixedUs * fixedUs, minorant.Rates with
            {
                PrefillTokenUs = minorant.Rates.PrefillTokenUs * prefill,
            }));
            caught += most > OptimumS(requests, fleet) * (1 + 1e-9) ? 1 : 0;
        });

        Assert.True(caught > 0, "no instance told the wrong minorant from a right one");
    }

    /// <summary>A stream of short prompts and long answers in which everybody decodes in every step: a rate thrice as large is too much.</summary>
    [Theory]
    [InlineData(1, 0.8, 1)]
    [InlineData(3, 1.05, 3)]
    public void Decodes_of_a_batch_delay_each_other(double decode, double least, double most)
    {
        BoundRequest[] requests = [.. Enumerable.Range(0, 400).Select(number => new BoundRequest(number * 80_000, 1, 400))];
        var work = new FleetWork(Chat);
        var minorant = new StepMinorant(9_000, new WorkRates(55, 55 * decode, 0, 0));
        var buckets = new TimeBuckets(0, 80_000, 800);
        var dual = new DelayDual(requests, new SharedParts(work, minorant), work.Rates(double.PositiveInfinity)[^1], 1.3, buckets);
        Assert.InRange(new DelayAscent(dual).Start(0).Start(1).Best / AllInEveryStepUs(requests), least, most);
    }

    private static double AllInEveryStepUs(BoundRequest[] byArrival)
    {
        var (sum, now, came, ends) = (0.0, 0.0, 0, new Queue<(double ArrivalUs, long EndStep)>());
        for (var step = 0L; came < byArrival.Length || ends.Count > 0; step++)
        {
            if (ends.Count == 0) now = Math.Max(now, byArrival[came].ArrivalUs);
            for (; came < byArrival.Length && byArrival[came].ArrivalUs <= now; came++)
            {
                ends.Enqueue((byArrival[came].ArrivalUs, step + byArrival[came].OutputTokens - 1));
            }

            now += 9_000 + (55 * ends.Count);
            while (ends.Count > 0 && ends.Peek().EndStep <= step) sum += now - ends.Dequeue().ArrivalUs;
        }

        return sum;
    }

    /// <summary>Chat at half of what the machine can do.</summary>
    [Fact]
    public void Where_steps_are_shared_it_is_far_above_the_other_bounds()
    {
        BoundRequest[] requests = [.. Enumerable.Range(0, 100).Select(number => new BoundRequest(number * 150_000, 1_000, 400))];
        var steps = LatencyBounds.Of(requests, Chat, LatencyKind.E2e)!.Steps.ToDictionary(step => step.Name, step => step.Value);
        var others = steps.Where(step => step.Key != LatencyBounds.SharedSteps).Max(step => step.Value);
        Assert.True(steps[LatencyBounds.SharedSteps] > 1.3 * others, string.Join("; ", steps));
    }

    [Fact]
    public void Machines_that_can_take_turns_have_no_such_bound()
    {
        var (requests, fleet) = Draw(1);
        var steps = LatencyBounds.Of(requests, fleet with { Replicas = 2 }, LatencyKind.E2e)!.Steps;
        Assert.DoesNotContain(steps, step => step.Name == LatencyBounds.SharedSteps);
    }

    private static (BoundRequest[] Requests, FleetFacts Fleet) Draw(ulong seed)
    {
        var (requests, fleet, _) = SmallFleets.Draw(seed);
        return ([.. requests.OrderBy(request => request.ArrivalUs)], fleet with { Replicas = 1 });
    }

    private static double OptimumS(BoundRequest[] requests, FleetFacts fleet) =>
        StepOptimum.TotalLatencyUs(requests, fleet, LatencyKind.E2e) / requests.Length / 1e6;

    private static double MostAtRandom(ulong seed, BoundRequest[] byArrival, FleetFacts fleet, Func<StepMinorant, StepMinorant> changed)
    {
        var random = new RandomStream(seed, "prices");
        var work = new FleetWork(fleet);
        if (work.Minorant(random.NextInt(4), random.NextInt(4)) is not { } minorant) return 0;
        var parts = new SharedParts(work, changed(minorant));
        var rates = work.Rates(double.PositiveInfinity);
        var buckets = new TimeBuckets(byArrival[0].ArrivalUs, 1 + random.NextInt(100), 400);
        var dual = new DelayDual(byArrival, parts, rates[random.NextInt(rates.Count)], random.NextInt(2) * 2 * random.NextDouble(), buckets);
        var most = double.NegativeInfinity;
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var point = dual.PointAt(new double[buckets.Count], 0);
            var scale = random.NextInt(3) * random.NextDouble();
            for (var at = 0; at < point.Heights.Length; at++) point.Heights[at] = random.NextInt(2) * 1.5 * random.NextDouble();
            for (var at = 0; at < buckets.Count - 1; at++) point.Machine[at] = scale * random.NextDouble();
            most = Math.Max(most, dual.At(point, new DelayPoint(new double[buckets.Count], new double[point.Heights.Length])));
        }

        return most / byArrival.Length / 1e6;
    }
}
