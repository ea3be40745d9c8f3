using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Replica;

/// <summary>What planning and booking a step may allocate with a long queue; see <c>tests/allocations.json</c>.</summary>
public class AllocationTests
{
    private const int Queued = 10_000;
    private const int WarmUpSteps = 300;
    private const int Steps = 100;
    private const int Stretches = 5;

    [Theory]
    [InlineData("fcfs")]
    [InlineData("vllm-v1")]
    [InlineData("sarathi")]
    [InlineData("svf")]
    [InlineData("mc-sf")]
    [InlineData("sorted-f")]
    [InlineData("a-min")]
    [InlineData("gsa")]
    [InlineData("flow-control")]
    [InlineData("wait")]
    [InlineData("ltr")]
    [InlineData("gittins")]
    [InlineData("fastserve")]
    [InlineData("lpm")]
    [InlineData("dfs-weight")]
    [InlineData("hrrn")]
    [InlineData("rad")]
    [InlineData("slai")]
    [InlineData("dlpm")]
    [InlineData("justitia")]
    public void A_step_is_planned_and_booked_within_its_bytes(string policy)
    {
        var scheduler = Loaded(policy);
        for (var step = 0; step < WarmUpSteps; step++) Step(scheduler);
        // The runtime itself allocates now and then for code that it compiles anew: the middle of several stretches has none of that, and all
        // that every stretch has.
        var stretches = Enumerable.Range(0, Stretches).Select(_ => Stretch(scheduler)).ToArray();
        Assert.True(scheduler.WaitingCount > Queued - 200 && scheduler.RunningCount > 3, $"{scheduler.WaitingCount} wait");
        AllocationGate.Judge($"a plan of {policy} with 10,000 queued", Middle(stretches.Select(stretch => stretch.Planned)));
        AllocationGate.Judge("the books of a step", Middle(stretches.Select(stretch => stretch.Booked)));
    }

    private static double Middle(IEnumerable<long> bytes) => bytes.Order().ElementAt(Stretches / 2) / (double)(Steps / Stretches);

    private static (long Planned, long Booked) Stretch(ReplicaScheduler scheduler)
    {
        var (planned, booked) = (0L, 0L);
        for (var step = 0; step < Steps / Stretches; step++)
        {
            var (plan, books) = Step(scheduler);
            planned += plan;
            booked += books;
        }

        return (planned, booked);
    }

    private static (long Planned, long Booked) Step(ReplicaScheduler scheduler)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        scheduler.PlanStep(0);
        var between = GC.GetAllocatedBytesForCurrentThread();
        Book(scheduler);
        return (between - before, GC.GetAllocatedBytesForCurrentThread() - between);
    }

    private static void Book(ReplicaScheduler scheduler)
    {
        scheduler.CompleteStep();
        foreach (var slice in scheduler.Slices)
        {
            if (slice.Generates) scheduler.Generate(slice.Row, null);
        }
    }

    /// <summary>Outputs longer than the run, a block longer than the run.</summary>
    private static ReplicaScheduler Loaded(string policy)
    {
        var scheduler = new ReplicaScheduler(new ReplicaOptions
        {
            Planner = PolicyCatalogue.Planner(policy),
            Limits = new BatchLimits { StepTokensMax = 256, RunningMax = 64 },
            Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 512 },
            Predictor = new ClassQuantilePredictor(),
            StepTime = ReplicaRun.StepTime,
        });
        for (var id = 0; id < Queued; id++)
        {
            var content = TokenContent.Opaque(20 + (id % 7));
            var facts = new RequestFacts { Id = new RequestId(id), PromptTokens = content.Count, OutputTokensMax = 1500, ArrivalUs = id };
            Assert.True(scheduler.TryEnqueue(new RequestSpec(facts, content), out _, out _));
        }

        return scheduler;
    }
}
