using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Kv;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Testing.Views;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Batching.Policies.Slices;

public class SclsPlannerTests
{
    private static readonly KvLedgerOptions Kv = new() { BlocksTotal = 100, BlockSizeTokens = 4, PrefixCaching = false };

    private static readonly BatchLimits Limits = new() { StepTokensMax = 64, RunningMax = 4 };

    [Fact]
    public void A_group_generates_one_slice_together_and_goes_back_to_the_queue()
    {
        var jobs = new[] { Jobs.Plain(0, 0, 8, 10), Jobs.Plain(1, 0, 8, 3) };
        var run = new ReplicaRun(new SclsPlanner(new SclsOptions { SliceTokens = 4 }), Limits, Kv, jobs).ToEnd();
        // Slices of 4, 4 and 2 tokens: each begins with a step that computes all there is and gives the first of them.
        Assert.Equal((9, 2), (run.Traces[0].EndStep, run.Traces[1].EndStep));
        Assert.Equal((2, 0), (run.Traces[0].Preemptions, run.Traces[1].Preemptions));
        Assert.Equal(11 + 15, run.Scheduler.Counters.RecomputedTokens);
    }

    [Fact]
    public void Memory_is_reserved_for_the_slice_and_not_for_the_declared_output()
    {
        var view = new ViewBuilder();
        view.Waiting(prompt: 10, outputMax: 100);
        view.Waiting(prompt: 12, outputMax: 3);
        Assert.Equal(
            [new Grant(0, 10, 10 + 16 - 1), new Grant(1, 12, 12 + 3 - 1)],
            view.Plan(new SclsPlanner(new SclsOptions { SliceTokens = 16 })).Grants.ToArray());
    }

    [Fact]
    public void What_does_not_fit_one_group_is_served_in_turn_and_arrivals_wait_for_the_next_round()
    {
        // Nine tenths of 40 blocks hold two requests of 8 blocks and their slice of 4 tokens, not three.
        var jobs = Enumerable.Range(0, 4).Select(id => Jobs.Plain(id, 0, 60, 6, 10)).Append(Jobs.Plain(4, 1, 4, 2));
        var run = new ReplicaRun(
            new SclsPlanner(new SclsOptions { SliceTokens = 4 }), Limits with { StepTokensMax = 256 }, Kv with { BlocksTotal = 40 }, jobs).ToEnd();
        Assert.Equal([0, 0, 4, 4], Enumerable.Range(0, 4).Select(id => run.Traces[id].FirstStep!.Value));
        Assert.Equal(8, run.Traces[4].FirstStep);
        Assert.Equal(0, run.Scheduler.Counters.PlansRefused);
    }

    [Fact]
    public void A_group_has_at_most_as_many_as_may_run_so_that_everybody_has_one_slice_before_anybody_has_two()
    {
        foreach (var (count, stepsOfRound) in ((int, int)[])[(4, 4), (5, 8), (9, 12)])
        {
            var run = new ReplicaRun(new SclsPlanner(new SclsOptions { SliceTokens = 4 }), Limits, Kv, Enumerable.Range(0, count).Select(id => Jobs.Plain(id, 0, 8, 12)));
            while (run.Step < stepsOfRound) run.Advance();
            Assert.All(run.Traces.Values, trace => Assert.Equal(4, trace.Generated));
        }
    }

    /// <summary>
    /// Where time is linear in the context the mean context of a slice weighs the same in every grouping. Here a decode step takes longer as soon
    /// as it reads more than some tokens: two requests of 10 tokens read 2 · (10 + 16 / 2) = 36 in the mean of their slice, one reads 18.
    /// </summary>
    [Theory]
    [InlineData(35, 1)]
    [InlineData(36, 2)]
    public void The_cost_of_a_slice_is_that_of_its_mean_context(int cheapTokens, int together)
    {
        var view = new ViewBuilder { StepTime = new Cliff(cheapTokens) };
        view.Waiting(prompt: 10);
        view.Waiting(prompt: 10);
        Assert.Equal(together, view.Plan(new SclsPlanner(new SclsOptions { SliceTokens = 16 })).Grants.Length);
    }

    [Fact]
    public void Decodes_wait_until_all_prompts_of_the_group_are_computed()
    {
        var run = new ReplicaRun(new SclsPlanner(), Limits with { StepTokensMax = 16 }, Kv, [Jobs.Plain(0, 0, 8, 4), Jobs.Plain(1, 0, 40, 4)]);
        Assert.Equal([8, 8], run.Advance().Select(slice => slice.Tokens));
        Assert.Equal([16], run.Advance().Select(slice => slice.Tokens));
        Assert.Equal([16], run.Advance().Select(slice => slice.Tokens));
        Assert.Equal([true, true], run.Advance().Select(slice => slice.IsDecode));
    }

    /// <summary>Steps of 1 us that take 100 when they read more KV than some tokens.</summary>
    private sealed class Cliff(int cheapTokens) : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => load.ResidentKvTokens > cheapTokens ? 100 : 1;
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SclsPlanner(new SclsOptions { SliceTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SclsPlanner(new SclsOptions { MemoryShare = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SclsPlanner(new SclsOptions { MemoryShare = double.NaN }));
    }
}
