using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Tests.Batching;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

public class SteadyStateAllocationTests
{
    public static TheoryData<string> Policies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_step_allocates_nothing_once_its_buffers_have_grown__INV_RUN_10(string policy)
    {
        var scheduler = Loaded(policy);
        // Beyond the end of the second slice of those that preempt by slices.
        for (var warmUp = 0; warmUp < 300; warmUp++) Step(scheduler);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 0; step < 100; step++) Step(scheduler);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(scheduler.RunningCount > 3 && scheduler.WaitingCount > 10, $"{scheduler.RunningCount} run, {scheduler.WaitingCount} wait");
        Assert.Equal(0, scheduler.Counters.PlansRefused);
    }

    /// <summary>Without a log no term is computed; with one the terms lie on the stack.</summary>
    [Theory]
    [InlineData("svf", 300, 100)]
    [InlineData("vllm-v1", 900, 400)]
    public void A_step_that_is_explained_allocates_nothing_either__INV_RUN_10(string policy, int warmUpSteps, int steps)
    {
        var log = new Count();
        var scheduler = Loaded(policy, log);
        // Under vllm-v1 the rows outgrow their first block before and their second meanwhile, and somebody gives way.
        for (var warmUp = 0; warmUp < warmUpSteps; warmUp++) Step(scheduler);
        var (before, termsBefore) = (GC.GetAllocatedBytesForCurrentThread(), log.Terms);
        for (var step = 0; step < steps; step++) Step(scheduler);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(log.Terms > termsBefore, "nothing was explained");
    }

    /// <summary>More requests than fit, with outputs longer than the test; a block lasts longer than the test.</summary>
    private static ReplicaScheduler Loaded(string policy, IDecisionLog? log = null)
    {
        var scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = PolicyCatalogue.Planner(policy),
            Limits = new BatchLimits { StepTokensMax = 256, RunningMax = 64 },
            Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 512 },
            Predictor = new ClassQuantilePredictor(),
            StepTime = StepTimeProfiles.Unit.StepTime,
            Log = log,
        });
        for (var id = 0; id < 200; id++)
        {
            var content = TokenContent.Opaque(20 + (id % 7));
            var spec = new RequestSpec(new RequestFacts { Id = new RequestId(id), PromptTokens = content.Count, OutputTokensMax = 1500, ArrivalUs = id }, content);
            Assert.True(scheduler.TryEnqueue(spec, out _, out _));
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

    private sealed class Count : IDecisionLog
    {
        public long Terms { get; private set; }

        public void Write(DecisionKind kind, RequestId request, int choice, ReadOnlySpan<Term> terms) => Terms += terms.Length;
    }
}
