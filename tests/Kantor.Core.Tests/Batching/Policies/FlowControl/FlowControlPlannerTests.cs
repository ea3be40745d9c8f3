using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.TrueLengths;

namespace Kantor.Core.Tests.Batching.Policies.FlowControl;

public class FlowControlPlannerTests
{
    [Theory]
    [InlineData(2, new[] { 0, 0, 1, 1, 2, 2 })]
    [InlineData(0.5, new[] { 0, 2, 4, 6, 8, 10 })]
    [InlineData(1.5, new[] { 0, 0, 1, 2, 2, 3 })]
    public void So_many_start_in_a_step_and_fractions_hold_in_the_mean(double activations, int[] starts)
    {
        var jobs = Enumerable.Range(0, 6).Select(id => Job(id, 0, 2, 20));
        var run = Run(new FlowControlPlanner(new FlowControlOptions { Activations = activations }), jobs, pool: 1000).ToEnd();
        Assert.Equal(starts, run.Traces.OrderBy(entry => entry.Key).Select(entry => entry.Value.FirstStep!.Value));
    }

    [Fact]
    public void What_was_not_used_of_a_budget_is_not_kept()
    {
        Job[] jobs = [Job(0, 0, 2, 30), .. Enumerable.Range(1, 4).Select(id => Job(id, 10, 2, 30))];
        var run = Run(new FlowControlPlanner(new FlowControlOptions { Activations = 1 }), jobs, pool: 1000).ToEnd();
        Assert.Equal([0, 10, 11, 12, 13], run.Traces.OrderBy(entry => entry.Key).Select(entry => entry.Value.FirstStep!.Value));
    }

    /// <summary>Classes divide the pool's token-rounds by their volumes, so nobody is preempted, however many come.</summary>
    [Fact]
    public void By_the_memory_share_budgets_follow_volumes_and_memory_is_never_exceeded__INV_FLW_1() => TestSeed.Each(10, seed =>
    {
        var random = new RandomStream(seed, "flow");
        int[] outputs = [5 + random.NextInt(10), 20 + random.NextInt(20)];
        // Both classes are known from the start, each with as many as fit it alone.
        var jobs = Enumerable.Range(0, 200).Select(id => Job(id, 0, 3, outputs[id % 2])).ToList();
        var run = Run(new FlowControlPlanner(), jobs, pool: 600, running: 1000);
        var usedMost = 0;
        while (!run.IsOver)
        {
            run.Advance();
            usedMost = Math.Max(usedMost, run.Scheduler.Kv.BlocksUsed);
        }

        Assert.Equal(0, run.Scheduler.Counters.Preemptions);
        Assert.InRange(usedMost, 250, 600);
    });

    [Fact]
    public void Half_the_share_is_half_the_flow()
    {
        var jobs = Enumerable.Range(0, 100).Select(id => Job(id, 0, 3, 20)).ToList();
        int End(double share) => Run(new FlowControlPlanner(new FlowControlOptions { MemoryShare = share }), jobs, pool: 600).ToEnd().Traces.Values.Max(trace => trace.FirstStep!.Value);
        Assert.InRange((double)End(0.5) / End(1), 1.9, 2.1);
    }

    [Fact]
    public void Blind_flow_draws_its_budget_by_the_seed_with_the_mean_that_was_told()
    {
        int[] Starts(int seed) => [.. Run(new BlindFlowPlanner(new BlindFlowOptions { Activations = 1.25, Seed = seed }), Enumerable.Range(0, 400).Select(id => Job(id, 0, 1, 3)), pool: 1000)
            .ToEnd().Traces.Values.CountBy(trace => trace.FirstStep!.Value).OrderBy(count => count.Key).Select(count => count.Value)];
        var starts = Starts(1);
        Assert.Equal(starts, Starts(1));
        Assert.NotEqual(starts, Starts(2));
        Assert.All(starts, count => Assert.InRange(count, 1, 2));
        Assert.InRange(400.0 / starts.Length, 1.15, 1.35);
    }

    [Fact]
    public void Blind_flow_lets_the_last_to_start_give_way_and_more_flow_computes_more_again()
    {
        var jobs = Enumerable.Range(0, 60).Select(id => Job(id, 0, 4, 30)).ToList();
        ReplicaRun Flow(double activations) => Run(new BlindFlowPlanner(new BlindFlowOptions { Activations = activations }), jobs, pool: 300, running: 1000);
        var (few, many) = (Flow(0.25).ToEnd(), Flow(6).ToEnd());
        Assert.True(many.Scheduler.Counters.RecomputedTokens > 2 * few.Scheduler.Counters.RecomputedTokens);
        // 585 token-rounds each: 0.25 a step fill half the pool of 300.
        Assert.Equal(0, few.Scheduler.Counters.RecomputedTokens);
        var run = Flow(6);
        while (run.Scheduler.Counters.Preemptions == 0) run.Advance();
        var given = run.Traces.Where(entry => entry.Value.Preemptions > 0).Min(entry => entry.Key);
        Assert.All(run.Traces.Where(entry => entry.Value.FirstStep is not null && entry.Key >= given), entry => Assert.True(entry.Value.Preemptions > 0));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowControlPlanner(new FlowControlOptions { Activations = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowControlPlanner(new FlowControlOptions { MemoryShare = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlindFlowPlanner(new BlindFlowOptions { Activations = 0 }));
    }
}
