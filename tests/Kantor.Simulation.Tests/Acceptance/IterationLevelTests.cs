using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Kv;
using Kantor.Core.StepTime;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Acceptance;

/// <summary>Iteration-level scheduling (Orca, OSDI 2022): steps, not requests, are what is scheduled. One step takes 1000 µs here.</summary>
public class IterationLevelTests
{
    private const int StepUs = 1000;

    [Fact]
    public void ACC_3a_a_short_answer_leaves_after_its_own_steps_and_a_late_arrival_enters_at_the_next()
    {
        TraceRequest[] trace = [Request(0, 4, 8), .. Enumerable.Range(0, 7).Select(_ => Request(0, 4, 512)), Request((10 * StepUs) - 1, 4, 16)];
        var log = new RunLog();
        var result = RunVerified(trace, Options(places: 8), log);
        Assert.Equal(8 * StepUs, result.Records[0].E2eUs);
        Assert.All(result.Records.Skip(1).Take(7), record => Assert.Equal(512 * StepUs, record.E2eUs));

        // It arrives during iteration 10 (the step that ends at 10,000 us) and computes in iteration 11.
        Assert.Contains(log.Steps.Single(step => step.FromUs == 10 * StepUs).Slices, slice => slice.Request == 8);
        Assert.Equal(26 * StepUs, result.Records[8].LastTokenUs);
    }

    [Fact]
    public void ACC_3a_without_a_place_the_late_arrival_waits_for_one()
    {
        TraceRequest[] trace = [Request(0, 4, 30), Request(0, 4, 512), Request(10 * StepUs, 4, 4)];
        Assert.Equal(30 * StepUs, RunVerified(trace, Options(places: 2)).Records[2].ScheduledUs);
    }

    [Fact]
    public void ACC_3b_nobody_who_came_later_has_run_more_steps_than_one_who_came_earlier_and_is_not_done()
    {
        for (var number = 0; number < 40; number++)
        {
            var run = RandomRun.Draw(number, "orca");
            // Whole prompts in a step, one replica: the setting of the paper.
            var options = run.Options with { Replicas = 1, Limits = run.Options.Limits with { StepTokensMax = 1000 } };
            var log = new RunLog();
            var result = RunVerified(run.Trace, options, log);
            var stepsRun = new int[run.Trace.Count];
            foreach (var step in log.Steps)
            {
                foreach (var (request, _, _) in step.Slices) stepsRun[request]++;
                var unfinished = Enumerable.Range(0, run.Trace.Count).Where(request => result.Records[request].IsCompleted && result.Records[request].LastTokenUs > step.ToUs).ToArray();
                foreach (var earlier in unfinished)
                {
                    Assert.DoesNotContain(Enumerable.Range(earlier + 1, run.Trace.Count - earlier - 1), later => stepsRun[later] > stepsRun[earlier]);
                }
            }
        }
    }

    private static SimulationOptions Options(int places) => Small() with
    {
        Planner = new OrcaPlanner(),
        Limits = new BatchLimits { StepTokensMax = 4096, RunningMax = places },
        Kv = new KvLedgerOptions { BlocksTotal = 1300, BlockSizeTokens = 4 },
        StepTime = new LinearStepTime(StepUs, 0, 0, 0),
        OutputTokensMax = 512,
    };
}
