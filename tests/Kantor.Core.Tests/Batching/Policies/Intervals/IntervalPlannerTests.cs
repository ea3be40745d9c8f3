using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Intervals;
using Kantor.Core.Batching.Policies.Lookahead;
using Kantor.Core.Decisions;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.Intervals;

public class IntervalPlannerTests(ITestOutputHelper output)
{
    private const int Prompt = 4;
    private const int OutputMax = 100;

    /// <summary>A_max never overflows, whatever is believed: declared limits always hold.</summary>
    [Fact]
    public void A_max_preempts_nobody_whatever_is_believed__INV_AMX_1() => TestSeed.Each(25, seed =>
    {
        var jobs = Jobs.Random(seed, 60, 60);
        Assert.Equal(0, Run(new AMaxPlanner(), jobs, predictor: new ConstantLengthPredictor(1)).ToEnd().Scheduler.Counters.Preemptions);
    });

    [Fact]
    public void With_upper_beliefs_for_the_ends_it_preempts_when_they_do_not_hold()
    {
        var jobs = Enumerable.Range(0, 10).Select(id => Jobs.Plain(id, 0, 10, 40));
        Assert.True(Run(new AMaxPlanner(new AMaxOptions { IsDeclared = false }), jobs, predictor: new ConstantLengthPredictor(2)).ToEnd().Scheduler.Counters.Preemptions > 0);
    }

    [Fact]
    public void A_min_packs_by_lower_ends_and_lets_those_go_who_have_the_least()
    {
        // Pool 100, ends of 1 token: all eight prompts of 11 are taken at once; when they need more, the newest goes first of equals.
        var jobs = Enumerable.Range(0, 8).Select(id => Jobs.Plain(id, id / 4, 11, 12)).ToList();
        var run = Run(new AMinPlanner(new AMinOptions { LowerQuantile = 0 }), jobs);
        run.Advance();
        run.Advance();
        Assert.Equal(8, run.Scheduler.RunningCount);
        while (run.Scheduler.Counters.Preemptions == 0) run.Advance();
        // Jobs 4 to 7 have generated less than 0 to 3.
        Assert.All(run.Traces.Where(entry => entry.Value.Preemptions > 0), entry => Assert.True(entry.Key >= 4));
    }

    [Fact]
    public void Who_has_generated_more_stands_further_back_when_it_returns()
    {
        var view = new Testing.Views.ViewBuilder { StepTokensMax = 100 };
        view.Waiting(prompt: 10, believed: 20, generated: 9, preemptions: 1);
        view.Waiting(prompt: 10, believed: 20, generated: 3, preemptions: 1);
        view.Waiting(prompt: 10, believed: 20);
        Assert.Equal([2, 1, 0], Rows(new AMinOptions { LowerQuantile = 0 }));
        // By quantile the lower end of all is 20.
        Assert.Equal([0, 1, 2], Rows(new AMinOptions()));
        int[] Rows(AMinOptions options) => [.. view.Plan(new AMinPlanner(options)).Grants.ToArray().Select(grant => grant.Row)];
    }

    [Fact]
    public void By_volume_the_prompt_counts_too()
    {
        var view = new Testing.Views.ViewBuilder { StepTokensMax = 100 };
        view.Waiting(prompt: 40, believed: 5);
        view.Waiting(prompt: 10, believed: 6);
        Assert.Equal([0, 1], Rows(new AMinOptions()));
        Assert.Equal([1, 0], Rows(new AMinOptions { ByVolume = true }));
        int[] Rows(AMinOptions options) => [.. view.Plan(new AMinPlanner(options)).Grants.ToArray().Select(grant => grant.Row)];
    }

    /// <summary>
    /// The source, geometric lengths: A_min is near shortest first with true lengths even in the vacuous interval from 1 to the limit, in which A_max
    /// is far above; its figure for A_max on chats, 1.8 times, is of another law of lengths. The constant 1.7 of the notes, recalled and of a
    /// variant, is missed by up to a tenth: 1.71 to 1.88 times shortest first.
    /// </summary>
    [Fact]
    public void ACC_3_4_in_a_vacuous_interval_A_min_is_near_shortest_first_though_not_within_1_7_and_A_max_is_not__finding()
    {
        for (var seed = 0UL; seed < 5; seed++)
        {
            var jobs = Geometric(seed);
            var truth = Mean(new McSfPlanner(), jobs, new TrueLengths());
            var (min, max) = (Mean(new AMinPlanner(new AMinOptions { LowerQuantile = 0 }), jobs), Mean(new AMaxPlanner(), jobs));
            output.WriteLine($"A_min {min / truth:0.00}, A_max {max / truth:0.00} times shortest first");
            Assert.True(min / truth is > 1.7 and < 2, $"{min / truth}");
            Assert.True(max >= 1.8 * truth && max > 1.5 * min, $"{max / truth}");
        }
    }

    /// <summary>A tighter interval brings A_max closer, and A_min has less to learn.</summary>
    [Fact]
    public void The_wider_the_interval_the_more_A_max_wastes()
    {
        var jobs = Geometric(7);
        double Max(int factor) => Mean(new AMaxPlanner(new AMaxOptions { IsDeclared = false }), jobs, new TrueLengths(factor));
        Assert.True(Max(1) < Max(2) && Max(2) < Max(4) && Max(4) < Max(8));
    }

    [Fact]
    public void Options_out_of_range_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AMinPlanner(new AMinOptions { LowerQuantile = 1 }));

    private static List<Job> Geometric(ulong seed)
    {
        var random = new RandomStream(seed, "geometric");
        return [.. Enumerable.Range(0, 400).Select(id =>
        {
            var output = Math.Clamp((int)Math.Ceiling(Math.Log(1 - random.NextDouble()) / Math.Log(1 - 0.08)), 1, OutputMax);
            return Jobs.Plain(id, 0, Prompt, output, OutputMax) with { Class = output };
        })];
    }

    private static double Mean(IBatchPlanner planner, List<Job> jobs, ILengthPredictor? predictor = null) =>
        MeanLatency(Run(planner, jobs, pool: 400, running: 1000, predictor: predictor ?? new ConstantLengthPredictor(1)).ToEnd(), jobs);
}
