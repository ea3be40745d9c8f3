using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Lookahead;

public class LpGuidedPlannerTests
{
    /// <summary>The source's case against shortest first: the relaxation, too, starts the pool's worth of small ones before the long prompt.</summary>
    [Fact]
    public void A_long_prompt_with_the_shortest_answer_does_not_go_before_a_batch_of_small_ones()
    {
        Job[] jobs = [Job(0, 0, 99, 1), .. Enumerable.Range(1, 30).Select(id => Job(id, 0, 1, 2))];
        var (shortest, guided) = (Run(new McSfPlanner(), jobs).ToEnd(), Run(new LpGuidedPlanner(), jobs).ToEnd());
        Assert.True(MeanLatency(guided, jobs) < MeanLatency(shortest, jobs));
        Assert.Equal((2, 0), (guided.Traces[0].FirstStep, guided.Traces[30].FirstStep));
    }

    /// <summary>After one price change all start at once, and ties fall by volume; with more the relaxation decides otherwise.</summary>
    [Fact]
    public void The_prices_make_the_order()
    {
        var random = new RandomStream(9, "prices");
        var jobs = Enumerable.Range(0, 24).Select(id => Job(id, 0, 1 + random.NextInt(60), 1 + random.NextInt(35))).ToList();
        long[] Order(int rounds) => Starts(Run(new LpGuidedPlanner(new LpGuidedOptions { Rounds = rounds }), jobs, running: 1).ToEnd());
        var byVolume = jobs.OrderBy(job => Core.Occupancy.KvTrapezoid.Volume(job.Prompt.Count, job.OutputTokens)).ThenBy(job => job.Id).Select(job => job.Id);
        Assert.Equal(byVolume, Order(1));
        Assert.NotEqual(byVolume, Order(100));
    }

    [Fact]
    public void Who_is_not_of_the_window_starts_after_all_of_it()
    {
        var jobs = Enumerable.Range(0, 12).Select(id => Job(id, 0, 20 - id, 3)).ToList();
        var starts = Starts(Run(new LpGuidedPlanner(new LpGuidedOptions { Window = 4 }), jobs, running: 1).ToEnd());
        Assert.Equal([8, 9, 10, 11], starts[..4].Order());
        Assert.Equal([4, 5, 6, 7], starts[4..8].Order());
    }

    [Fact]
    public void With_true_beliefs_nobody_is_ever_preempted__INV_SVF_3() => TestSeed.Each(15, seed =>
    {
        var jobs = Jobs.Random(seed, 60, 60).Select(job => Job((int)job.Id, job.ArrivalStep, job.Prompt.Count, job.OutputTokens)).ToList();
        Assert.Equal(0, Run(new LpGuidedPlanner(), jobs).ToEnd().Scheduler.Counters.Preemptions);
    });

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 30)]
    public void Memory_is_planned_for_the_mean_belief_or_for_the_upper_one_as_told(bool upper, int starts)
    {
        // Two of 20 + 30 tokens fit together, as the mean believes; two of 20 + 60 do not.
        Job[] jobs = [Job(0, 0, 20, 30), Job(1, 0, 20, 30)];
        var planner = new LpGuidedPlanner(new LpGuidedOptions { PlansForUpperBelief = upper });
        Assert.Equal(starts, Run(planner, jobs, predictor: new TrueLengths(upperFactor: 2)).ToEnd().Traces[1].FirstStep);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LpGuidedPlanner(new LpGuidedOptions { Window = 129 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LpGuidedPlanner(new LpGuidedOptions { Rounds = 0 }));
    }
}
