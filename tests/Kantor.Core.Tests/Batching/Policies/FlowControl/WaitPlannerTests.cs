using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.FlowControl;

public class WaitPlannerTests
{
    private static readonly WaitOptions Three = new() { Threshold = 3 };

    [Fact]
    public void A_class_starts_together_when_enough_of_it_wait_and_others_do_not_count()
    {
        // Job 0 runs, so that nobody starts for idleness. One more of class 9 comes in each step, and two of class 40 in all.
        Job[] jobs = [Job(0, 0, 2, 60), Job(1, 1, 2, 9), Job(2, 2, 2, 9), Job(3, 2, 2, 40), Job(4, 3, 2, 9), Job(5, 3, 2, 40)];
        var run = Run(new WaitPlanner(Three), jobs, pool: 1000).ToEnd();
        Assert.Equal([3, 3, 3], new[] { 1, 2, 4 }.Select(id => run.Traces[id].FirstStep!.Value));
        Assert.All(new[] { 3, 5 }, id => Assert.True(run.Traces[id].FirstStep > 50));
    }

    [Fact]
    public void Nobody_waits_for_longer_than_the_patience()
    {
        // A step takes a millisecond.
        Job[] jobs = [Job(0, 0, 2, 60), Job(1, 1, 2, 9)];
        Assert.Equal(21, Run(new WaitPlanner(Three with { PatienceMs = 20 }), jobs, pool: 1000).ToEnd().Traces[1].FirstStep);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(7, 7)]
    public void An_idle_replica_waits_for_a_batch_as_long_as_told(int holdMs, int start)
    {
        var run = Run(new WaitPlanner(Three with { HoldMs = holdMs }), [Job(0, 0, 2, 5)], pool: 1000);
        Assert.Equal(start, run.ToEnd().Traces[0].FirstStep);
        Assert.Equal(0, run.Scheduler.Counters.PlansRefused);
    }

    [Fact]
    public void The_fluid_equilibrium_solves_its_equations()
    {
        // Two classes; the step time that memory brings about is the one in which that memory comes about.
        var rate = (0.002 * FluidEquilibrium.TokensOf(100, 20)) + (0.001 * FluidEquilibrium.TokensOf(30, 60));
        var fluid = new FluidEquilibrium(rate, 10, 0.02);
        Assert.True(fluid.Exists);
        Assert.Equal(fluid.StepUs, fluid.BaseUs + (fluid.TokenUs * fluid.MemoryTokens), 9);
        Assert.Equal(fluid.MemoryTokens, rate * fluid.StepUs, 9);
        Assert.False(new FluidEquilibrium(60, 10, 0.02).Exists);
        Assert.Equal(21 * 110, FluidEquilibrium.TokensOf(100, 20));
    }

    [Fact]
    public void The_threshold_of_the_equilibrium_is_the_arrivals_of_one_step()
    {
        // 5 arrivals a step of 1 ms whose duration does not depend on memory: thresholds of about 5, so that starts come in fives.
        var jobs = Enumerable.Range(0, 500).Select(id => Job(id, id / 5, 2, 10));
        var run = Run(new WaitPlanner(new WaitOptions { Threshold = null }), jobs, pool: 10_000, running: 1000).ToEnd();
        var starts = run.Traces.Values.CountBy(trace => trace.FirstStep!.Value).OrderBy(count => count.Key).Skip(20).Select(count => count.Value).ToArray();
        Assert.InRange(starts.Average(), 4.5, 6.5);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new WaitPlanner(new WaitOptions { Threshold = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WaitPlanner(new WaitOptions { PatienceMs = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WaitPlanner(new WaitOptions { HoldMs = -1 }));
    }
}
