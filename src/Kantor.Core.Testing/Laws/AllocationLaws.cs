using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Testing.Laws;

/// <summary>For policies that promise <see cref="Catalogue.PolicyPromises.AllocatesNothing"/>.</summary>
public static class AllocationLaws
{
    // Beyond the end of the second slice of those that preempt by slices.
    private const int UsualWarmUpSteps = 300;

    /// <summary>A step allocates nothing once its buffers have grown, with requests running and waiting.</summary>
    public static void AStepAllocatesNothing(IBatchPlanner planner) => AStepAllocatesNothing(planner, UsualWarmUpSteps, 100, null);

    /// <summary>The same after so many steps, for so many, while somebody takes down why.</summary>
    public static void AStepAllocatesNothing(IBatchPlanner planner, int warmUpSteps, int steps, IDecisionLog? log)
    {
        var scheduler = Loaded(planner, log);
        for (var step = 0; step < warmUpSteps; step++) Step(scheduler);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < steps; step++) Step(scheduler);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        LawBrokenException.Unless(bytes == 0, () => $"{bytes} bytes in {steps} steps");
        LawBrokenException.Unless(
            scheduler.RunningCount > 3 && scheduler.WaitingCount > 10, () => $"only {scheduler.RunningCount} run and {scheduler.WaitingCount} wait, which shows nothing");
        LawBrokenException.Unless(scheduler.Counters.PlansRefused == 0, () => $"a plan was refused: {scheduler.LastPlanFault}");
    }

    /// <summary>More requests than fit, with outputs longer than the run; a block lasts longer than the run.</summary>
    private static ReplicaScheduler Loaded(IBatchPlanner planner, IDecisionLog? log)
    {
        var scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = planner,
            Limits = new BatchLimits { StepTokensMax = 256, RunningMax = 64 },
            Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 512 },
            Predictor = new ClassQuantilePredictor(),
            StepTime = ReplicaRun.StepTime,
            Log = log,
        });
        for (var id = 0; id < 200; id++)
        {
            var content = TokenContent.Opaque(20 + (id % 7));
            var facts = new RequestFacts { Id = new RequestId(id), PromptTokens = content.Count, OutputTokensMax = 1500, ArrivalUs = id };
            LawBrokenException.Unless(scheduler.TryEnqueue(new RequestSpec(facts, content), out _, out _), "a request that fits was refused");
        }

        return scheduler;
    }

    private static void Step(ReplicaScheduler scheduler)
    {
        scheduler.PlanStep(0);
        scheduler.CompleteStep();
        foreach (var slice in scheduler.Slices)
        {
            if (slice.Generates) scheduler.Generate(slice.Row, null);
        }
    }
}
