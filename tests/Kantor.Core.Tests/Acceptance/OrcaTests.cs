using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Kv;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Tests.Batching;
using Kantor.Core.Tests.Replica;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>Orca, OSDI 2022: iteration-level scheduling (research notes, scheduling 3a and 3b).</summary>
public class OrcaTests
{
    private static readonly BatchLimits Limits = new() { StepTokensMax = 4096, RunningMax = 8 };

    private static readonly KvLedgerOptions Kv = new() { BlocksTotal = 100_000, BlockSizeTokens = 1 };

    [Fact]
    public void A_short_answer_leaves_the_batch_after_its_own_iterations_and_an_arrival_takes_its_place_in_the_next()
    {
        var jobs = Enumerable.Range(0, 8).Select(id => Jobs.Plain(id, 0, 16, id == 0 ? 8 : 512)).Append(Jobs.Plain(8, 10, 16, 4));
        var run = new ReplicaRun(new OrcaPlanner(), Limits, Kv, jobs) { Verifies = false }.ToEnd();
        Assert.Equal(8, run.Traces[0].Steps);
        // Steps count from 0: the eighth iteration is step 7, and what arrives before iteration 11 is in it.
        Assert.Equal(7, run.Traces[0].EndStep);
        Assert.Equal(10, run.Traces[8].FirstStep);
        Assert.All(Enumerable.Range(1, 7), id => Assert.Equal((512, 511), (run.Traces[id].Steps, run.Traces[id].EndStep!.Value)));
    }

    [Fact]
    public void An_arrival_waits_while_no_slot_is_free()
    {
        var jobs = Enumerable.Range(0, 8).Select(id => Jobs.Plain(id, 0, 16, id == 0 ? 30 : 512)).Append(Jobs.Plain(8, 10, 16, 4));
        var run = new ReplicaRun(new OrcaPlanner(), Limits, Kv, jobs) { Verifies = false }.ToEnd();
        Assert.Equal(30, run.Traces[8].FirstStep);
    }

    [Fact]
    public void In_no_iteration_has_a_later_arrival_run_more_iterations_than_an_unfinished_earlier_one__INV_RUN_11()
    {
        TestSeed.Each(40, seed =>
        {
            var jobs = Jobs.Random(seed, 60, 60);
            var (limits, kv) = Jobs.Tight(seed, 60);
            var run = new ReplicaRun(new OrcaPlanner(), limits with { StepTokensMax = 80 }, kv with { SequencesMax = null }, jobs);
            while (!run.IsOver)
            {
                run.Advance();
                var unfinished = jobs.Where(job => run.Traces[job.Id].Ends == 0).Select(job => run.Traces[job.Id].Steps).ToArray();
                Assert.Equal(unfinished.OrderDescending(), unfinished);
            }

            Assert.Equal(0, run.Scheduler.Counters.Preemptions);
        });
    }

    [Fact]
    public void The_same_law_is_broken_by_smallest_volume_first()
    {
        var jobs = new[] { Jobs.Plain(0, 0, 40, 8), Jobs.Plain(1, 0, 2, 2), Jobs.Plain(2, 0, 2, 9) };
        var run = new ReplicaRun(new SvfPlanner(), Limits with { RunningMax = 1 }, Kv, jobs) { Verifies = false };
        run.Advance();
        Assert.True(run.Traces[1].Steps > run.Traces[0].Steps);
    }
}
