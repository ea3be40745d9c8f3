using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.FlowControl;
using Kantor.Core.Kv;
using Kantor.Core.Occupancy;
using Kantor.Core.Randomness;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Tests.Batching;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>
/// Flow control (arXiv 2604.11001, algorithm 1; research notes, theory 3.8 and 9.5): in each slot at most b(k) requests of class k are activated,
/// oldest first, whatever the memory holds; with the sum of b(k)·w(k) within the pool, w(k) the volume of a request, memory is never exceeded.
/// </summary>
public class FlowControlTests
{
    // The notes' example: classes of 10 prompt tokens and 20, 40 and 60 output tokens, four of each a slot.
    private static readonly (int Prompt, int Output, int Budget)[] Classes = [(10, 20, 4), (10, 40, 4), (10, 60, 4)];

    private const int PoolTokens = 16_492;

    [Fact]
    public void The_budgets_of_the_notes_example_take_16240_tokens_and_leave_4062_requests_of_each_class_in_1000_slots()
    {
        var perSlot = Classes.Sum(entry => KvTrapezoid.Volume(entry.Prompt, entry.Output));
        Assert.Equal(16_240, 4 * perSlot);
        Assert.Equal(4.062, (double)PoolTokens / perSlot, 3);
    }

    [Fact]
    public void ACC_9_5_every_class_queue_follows_Lindleys_recursion_slot_by_slot_and_memory_is_never_exceeded()
    {
        for (var seed = 0UL; seed < 3; seed++)
        {
            var jobs = Arrivals(seed, slots: 150, ratePerSlot: 3.9);
            var run = Run(Classes, jobs);
            var queues = new int[Classes.Length];
            var usedMost = 0;
            while (!run.IsOver)
            {
                var arrivals = jobs.Where(job => job.ArrivalStep == run.Step).CountBy(job => job.Class).ToDictionary();
                run.Advance();
                for (var k = 0; k < queues.Length; k++) queues[k] = Math.Max(0, queues[k] + arrivals.GetValueOrDefault(k) - Classes[k].Budget);
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
        var run = Run([.. Classes.Select(entry => entry with { Budget = 6 })], Arrivals(seed: 1, slots: 150, ratePerSlot: 8));
        Assert.True(run.ToEnd().Scheduler.Counters.Preemptions > 0);
    }

    /// <summary>
    /// One class, one activation a slot, Poisson arrivals: Lindley's recursion with unit service, whose mean queue after a slot is that of
    /// M/D/1, λ²/(2(1 − λ)).
    /// </summary>
    [Theory]
    [InlineData(0.4)]
    [InlineData(0.6)]
    public void ACC_9_5_with_a_budget_of_one_the_queue_is_that_of_M_D_1(double load)
    {
        const int Slots = 60_000;
        var jobs = Arrivals(seed: 5, Slots, load, classes: 1, prompt: 3, output: 2);
        var run = Run([(3, 2, 1)], jobs);
        var (sum, slots) = (0.0, 0);
        for (; !run.IsOver; slots++)
        {
            run.Advance();
            sum += run.Scheduler.WaitingCount;
        }

        Assert.InRange(sum / slots / (load * load / (2 * (1 - load))), 0.95, 1.05);
    }

    private static ReplicaRun Run((int Prompt, int Output, int Budget)[] classes, IEnumerable<Job> jobs) => new(
        new FlowControlPlanner(new FlowControlOptions { Activations = classes[0].Budget }),
        new BatchLimits { StepTokensMax = 1_000_000, RunningMax = 100_000 },
        new KvLedgerOptions { BlocksTotal = PoolTokens, BlockSizeTokens = 1, PrefixCaching = false },
        jobs)
    { Verifies = false };

    private static int[] Waiting(ReplicaRun run)
    {
        var view = run.Scheduler.View(0);
        var waiting = new int[Classes.Length];
        foreach (var row in view.Waiting) waiting[view.Classes[row]]++;
        return waiting;
    }

    private static List<Job> Arrivals(ulong seed, int slots, double ratePerSlot, int classes = 3, int prompt = 10, int output = 20)
    {
        var random = new RandomStream(seed, "arrivals");
        var jobs = new List<Job>();
        for (var k = 0; k < classes; k++)
        {
            // Poisson: exponential gaps, cut into slots.
            for (var at = -Math.Log(1 - random.NextDouble()) / ratePerSlot; at < slots; at += -Math.Log(1 - random.NextDouble()) / ratePerSlot)
            {
                jobs.Add(Jobs.Plain(jobs.Count, (int)at, prompt, output * (k + 1)) with { Class = k });
            }
        }

        return jobs;
    }
}
