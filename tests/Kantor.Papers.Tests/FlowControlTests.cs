using Kantor.Core.Testing.Runs;
using Kantor.Papers.Studies;
using static Kantor.Papers.Studies.FlowControlStudy;

namespace Kantor.Papers.Tests;

/// <summary>
/// Flow control (arXiv 2604.11001, algorithm 1; research notes, theory 3.8 and 9.5): in each slot at most b(k) requests of class k are activated,
/// oldest first, whatever the memory holds; with the sum of b(k)·w(k) within the pool, w(k) the volume of a request, memory is never exceeded.
/// </summary>
public class FlowControlTests
{
    [Fact]
    public void The_budgets_of_the_notes_example_take_16240_tokens_and_leave_4062_requests_of_each_class_in_1000_slots()
    {
        Assert.Equal(16_240, 4 * VolumeOfAll);
        Assert.Equal(4.062, (double)PoolTokens / VolumeOfAll, 3);
    }

    [Fact]
    public void ACC_9_5_every_class_queue_follows_Lindleys_recursion_slot_by_slot_and_memory_is_never_exceeded()
    {
        for (var seed = 0UL; seed < 3; seed++)
        {
            var jobs = Arrivals(seed, slots: 150, ratePerSlot: 3.9);
            var run = Run(Planner(4), jobs);
            var queues = new int[Outputs.Count];
            var usedMost = 0;
            while (!run.IsOver)
            {
                var arrivals = jobs.Where(job => job.ArrivalStep == run.Step).CountBy(job => job.Class).ToDictionary();
                run.Advance();
                for (var k = 0; k < queues.Length; k++) queues[k] = Math.Max(0, queues[k] + arrivals.GetValueOrDefault(k) - 4);
                Assert.Equal(queues, Waiting(run));
                usedMost = Math.Max(usedMost, run.Scheduler.Kv.BlocksUsed);
            }

            Assert.Equal((0L, 0L), (run.Scheduler.Counters.PlansRefused, run.Scheduler.Counters.Preemptions));
            Assert.InRange(usedMost, PoolTokens * 3 / 4, PoolTokens);
        }
    }

    [Fact]
    public void Budgets_beyond_the_pool_do_exceed_it()
    {
        var run = Run(Planner(6), Arrivals(seed: 1, slots: 150, ratePerSlot: 8));
        Assert.True(run.ToEnd().Scheduler.Counters.Preemptions > 0);
    }

    /// <summary>
    /// One class, one activation a slot, Poisson arrivals: Lindley's recursion with unit service, whose mean queue after a slot is that of
    /// M/D/1, λ²/(2(1 − λ)).
    /// </summary>
    [Theory]
    [InlineData(0.4)]
    [InlineData(0.6)]
    public void ACC_9_5_with_a_budget_of_one_the_queue_is_that_of_M_D_1(double load) =>
        Assert.InRange(QueueAgainstTheory(load, slots: 60_000), 0.95, 1.05);

    private static int[] Waiting(ReplicaRun run)
    {
        var view = run.Scheduler.View(0);
        var waiting = new int[Outputs.Count];
        foreach (var row in view.Waiting) waiting[view.Classes[row]]++;
        return waiting;
    }
}
