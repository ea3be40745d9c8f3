using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.FlowControl;

public class NestedWaitPlannerTests
{
    private static readonly NestedWaitOptions Four = new() { FirstTokens = 4, Limit = 3, Margin = 0.16 };

    [Fact]
    public void Segments_double_and_boundaries_are_where_they_begin()
    {
        Assert.Equal([0, 0, 1, 1, 2, 3], new[] { 0, 3, 4, 7, 8, 16 }.Select(Four.SegmentOf));
        Assert.Equal([4, 8, 16, 32], Enumerable.Range(0, 40).Where(Four.IsAtBoundary));
    }

    /// <summary>Three start in each step, and one of them survives the first segment, of which at least two must go on together.</summary>
    [Fact]
    public void A_survivor_waits_at_the_boundary_until_enough_are_there_to_go_on_with()
    {
        var jobs = Enumerable.Range(0, 60).Select(id => Job(id, id / 3, 2, id % 3 == 0 ? 8 : 3)).ToList();
        var run = Run(new NestedWaitPlanner(Four with { PatienceSteps = 1_000, Margin = 0.6 }), jobs, pool: 1000);
        for (var step = 0; step < 4; step++) run.Advance();
        Assert.Equal((4, 3), (run.Traces[0].Generated, run.Traces[3].Generated));
        run.Advance();
        Assert.Equal((4, 4), (run.Traces[0].Generated, run.Traces[3].Generated));
        while (run.Traces[0].Generated == 4) run.Advance();
        Assert.Equal((5, 5), (run.Traces[0].Generated, run.Traces[3].Generated));
        Assert.InRange(run.Step, 6, 7);
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
    }

    [Fact]
    public void No_more_start_in_a_step_than_the_limit_and_none_before_so_many_wait()
    {
        Job[] jobs = [Job(0, 0, 2, 60), .. Enumerable.Range(1, 2).Select(id => Job(id, 1, 2, 3)), .. Enumerable.Range(3, 5).Select(id => Job(id, 5, 2, 3))];
        var run = Run(new NestedWaitPlanner(Four), jobs, pool: 1000).ToEnd();
        Assert.Equal([0, 5, 5, 5, 6, 6, 6], Enumerable.Range(0, 7).Select(id => run.Traces[id].FirstStep!.Value));
        // One is left, and too few come: its patience ends the wait, or the end of all others.
        Assert.True(run.Traces[7].FirstStep > 50);
        Assert.InRange(Run(new NestedWaitPlanner(Four with { PatienceSteps = 10 }), jobs, pool: 1000).ToEnd().Traces[7].FirstStep!.Value, 16, 18);
    }

    [Fact]
    public void A_later_segment_is_passed_over_no_longer_than_its_patience()
    {
        // A stream of short ones fills the first segment in every step; job 0 alone survives it.
        Job[] jobs = [Job(0, 0, 2, 12), .. Enumerable.Range(1, 600).Select(id => Job(id, id / 3, 2, 3))];
        int End(int patience) => Run(new NestedWaitPlanner(Four with { PatienceSteps = patience, Margin = 0.5 }), jobs, pool: 1000).ToEnd().Traces[0].EndStep!.Value;
        Assert.True(End(4) < End(30) && End(30) < End(1_000), $"{End(4)} {End(30)} {End(1_000)}");
        Assert.True(End(1_000) >= 195);
    }

    /// <summary>The share of survivors is learnt, so that the limits follow it.</summary>
    [Fact]
    public void Limits_follow_the_share_that_survives()
    {
        var state = new NestedWaitState(Four);
        Assert.Equal(0.5, state.SurvivorsOf(1));
        for (var id = 0; id < 98; id++)
        {
            var facts = new Kantor.Core.Requests.RequestFacts { Id = new(id), PromptTokens = 2, OutputTokensMax = 100, ArrivalUs = 0 };
            state.Arrived(facts, 0);
            state.Ended(facts, 0, new(Kantor.Core.Requests.RequestOutcome.Stopped, id % 7 == 0 ? 9 : 4, 0));
        }

        Assert.Equal((14 + 1) / 100.0, state.SurvivorsOf(1), 9);
        Assert.Equal((14 + 1) / 16.0, state.SurvivorsOf(2), 9);
    }

    /// <summary>Hidden lengths of two values under load: nobody is lost or preempted in memory of twice the fluid's, and all of it flows.</summary>
    [Fact]
    public void With_room_beyond_the_fluid_nobody_is_preempted_and_the_stream_flows()
    {
        var random = new RandomStream(3, "nested");
        var jobs = Enumerable.Range(0, 600).Select(id => Job(id, id / 3, 2, random.NextInt(3) == 0 ? 8 : 4)).ToList();
        // Each holds (l' + 1)(l + l'/2) token-steps: 20 and 54, 3 a step.
        var fluid = 3 * ((2.0 / 3 * FluidEquilibrium.TokensOf(2, 4)) + (1.0 / 3 * FluidEquilibrium.TokensOf(2, 8)));
        var run = Run(new NestedWaitPlanner(Four), jobs, pool: (int)(2 * fluid), running: 1000);
        while (run.Step < 200) run.Advance();
        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
        Assert.True(run.Traces.Values.Count(trace => trace.Ends > 0) > 0.9 * 600);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new NestedWaitPlanner(new NestedWaitOptions { FirstTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NestedWaitPlanner(new NestedWaitOptions { Limit = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NestedWaitPlanner(new NestedWaitOptions { Margin = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new NestedWaitPlanner(new NestedWaitOptions { PatienceSteps = 0 }));
    }
}
