using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Bounds.Tests;
using Kantor.Core.Batching;
using Kantor.Core.Objectives;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Solvers.Solving;
using Kantor.Solvers.Steps;

namespace Kantor.Solvers.Tests.Steps;

public class StepProgramTests(ITestOutputHelper output)
{
    private const double NanosecondsUs = 0.05;

    [Fact]
    public void Its_goodput_is_that_of_the_own_search__INV_BND_5() => TestSeed.Each(300, seed =>
    {
        var (requests, fleet, slo) = ContestedFleets.Draw(seed);
        Assert.Equal(StepOptimum.Goodput(requests, fleet, slo), StepProgram.Goodput(requests, fleet, slo));
    });

    [Theory]
    [InlineData(LatencyKind.E2e)]
    [InlineData(LatencyKind.Ttft)]
    public void Its_total_latency_is_that_of_the_own_search__INV_BND_5(LatencyKind kind) => TestSeed.Each(200, seed =>
    {
        var (requests, fleet, _) = ContestedFleets.Draw(seed);
        Assert.Equal(StepOptimum.TotalLatencyUs(requests, fleet, kind), StepProgram.TotalLatencyUs(requests, fleet, kind));
    });

    /// <summary>Each limit of a replica, dropped from the model alone: so none is there for nothing, and the comparison sees them all.</summary>
    [Theory]
    [InlineData("memory")]
    [InlineData("tokens")]
    [InlineData("running")]
    [InlineData("replicas")]
    public void A_limit_that_is_dropped_is_caught(string limit)
    {
        var (goodput, latency) = (0, 0);
        for (var seed = 1UL; seed <= 90; seed++)
        {
            var (requests, fleet, slo) = ContestedFleets.Draw(seed);
            var wrong = Without(limit, fleet);
            var served = StepProgram.Goodput(requests, wrong, slo) - StepOptimum.Goodput(requests, fleet, slo);
            var us = StepProgram.TotalLatencyUs(requests, wrong, LatencyKind.E2e) - StepOptimum.TotalLatencyUs(requests, fleet, LatencyKind.E2e);
            Assert.True(served >= 0 && us <= 0, $"case {seed}: less is possible without the limit");
            (goodput, latency) = (goodput + (served > 0 ? 1 : 0), latency + (us < 0 ? 1 : 0));
        }

        output.WriteLine($"without {limit}: goodput tells in {goodput} of 90 instances, latency in {latency}");
        Assert.True(goodput > 0 && latency > 5, $"{goodput} and {latency} of 90 instances tell");
    }

    [Theory]
    [InlineData("ttft")]
    [InlineData("gap")]
    [InlineData("tpot")]
    [InlineData("e2e")]
    public void An_objective_that_is_dropped_is_caught(string objective)
    {
        var caught = 0;
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var (requests, fleet, slo) = ContestedFleets.Draw(seed);
            if (Without(objective, slo) is not { } wrong) continue;
            caught += StepProgram.Goodput(requests, fleet, wrong) > StepOptimum.Goodput(requests, fleet, slo) ? 1 : 0;
        }

        output.WriteLine($"without {objective}: {caught} of 200 instances tell");
        Assert.True(caught > 2, $"{caught} of 200 instances tell");
    }

    /// <summary>Instances of the kind that <c>kantor bound</c> solves: durations that are no whole microseconds, and no sums.</summary>
    [Fact]
    public void It_agrees_on_coarse_instances_of_a_trace()
    {
        var (solved, served) = (0, 0.0);
        TestSeed.Each(8, seed =>
        {
            foreach (var instance in Coarse(seed))
            {
                var own = StepOptimum.Goodput(instance.Requests, instance.Fleet, instance.Slo);
                Assert.Equal(own, StepProgram.Goodput(instance.Requests, instance.Fleet, instance.Slo));
                solved++;
                served += own;
            }
        });

        output.WriteLine($"{solved} instances, {served} requests served in all");
        Assert.True(served > 0, "no instance serves anybody");
    }

    [Fact]
    public void Nanoseconds_are_taken_where_microseconds_are_not_whole()
    {
        BoundRequest[] requests = [new(0, 2, 3), new(1, 1, 2)];
        var fleet = Fleet(new LinearStepTime(10.25, 1.125, 2.0625, 0.5));
        var own = StepOptimum.TotalLatencyUs(requests, fleet, LatencyKind.E2e);
        Assert.Equal(own, StepProgram.TotalLatencyUs(requests, fleet, LatencyKind.E2e)!.Value, NanosecondsUs);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_what_is_not_proved_is_not_said()
    {
        BoundRequest[] requests = [.. Enumerable.Range(0, 6).Select(at => new BoundRequest(at * 30, 3, 4))];
        var fleet = Fleet(new LinearStepTime(50, 10, 5, 1));
        Assert.Null(StepProgram.TotalLatencyUs(requests, fleet, LatencyKind.E2e, new SolverEffort(0.01)));
        Assert.Throws<ArgumentException>(() => StepProgram.TotalLatencyUs(requests, fleet with { KvTokens = 5 }, LatencyKind.E2e));
        Assert.Throws<ArgumentException>(() => StepProgram.TotalLatencyUs(requests, fleet, LatencyKind.Gap));
        var wide = fleet with { Limits = new BatchLimits { StepTokensMax = 200, RunningMax = 20 } };
        Assert.Throws<TooManyStatesException>(() => StepProgram.Goodput([.. requests.Select(one => one with { PromptTokens = 30 })], wide, new SloSpec()));
        Assert.Equal(0, StepProgram.Goodput([], fleet, new SloSpec()));
    }

    private static FleetFacts Without(string limit, FleetFacts fleet) => limit switch
    {
        "memory" => fleet with { KvTokens = 1_000 },
        "tokens" => fleet with { Limits = fleet.Limits with { StepTokensMax = fleet.Limits.StepTokensMax + 2 } },
        "running" => fleet with { Limits = fleet.Limits with { RunningMax = fleet.Limits.RunningMax + 2 } },
        _ => fleet with { Replicas = fleet.Replicas + 1 },
    };

    /// <summary>Null where the objective is not there.</summary>
    private static SloSpec? Without(string objective, SloSpec slo) => objective switch
    {
        "ttft" when slo.TtftUsMax is not null => slo with { TtftUsMax = null },
        "gap" when slo.GapUsMax is not null => slo with { GapUsMax = null },
        "tpot" when slo.TpotUsMax is not null => slo with { TpotUsMax = null },
        "e2e" when slo.E2eUsMax is not null => slo with { E2eUsMax = null },
        _ => null,
    };

    private static IReadOnlyList<CoarseInstance> Coarse(ulong seed)
    {
        var (random, us) = (new RandomStream(seed, "coarse"), 0L);
        BoundRequest Next() => new(us += random.NextInt(120_000), 200 + random.NextInt(1_500), 1 + random.NextInt(400));
        var fleet = Fleet(new LinearStepTime(9_000, 55, 55, 0)) with { Limits = new BatchLimits { StepTokensMax = 512, RunningMax = 128 }, KvTokens = 40_000 };
        return CoarseInstance.Of([.. Enumerable.Range(0, 600).Select(_ => Next())], fleet, new SloSpec { TtftUsMax = 2_000_000, GapUsMax = 100_000 }, 2, 3);
    }

    private static FleetFacts Fleet(IStepTimeModel model) => new()
    {
        Replicas = 1,
        StepTime = model,
        Limits = new BatchLimits { StepTokensMax = 3, RunningMax = 2 },
        KvTokens = 10,
    };
}
