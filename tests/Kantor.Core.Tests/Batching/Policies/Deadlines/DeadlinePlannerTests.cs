using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;
using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.Policies.Deadlines.DueRuns;

namespace Kantor.Core.Tests.Batching.Policies.Deadlines;

public class DeadlinePlannerTests
{
    [Fact]
    public void Edf_serves_by_due_time_and_who_has_none_last()
    {
        var run = Run("edf", [Job(0, 0, 32, 3), Job(1, 0, 32, 0), Job(2, 0, 32, 1), Job(3, 0, 32, 1)]);
        Assert.Equal([2, 3, 1, 0], ByFirstStep(run));
    }

    [Fact]
    public void Wspt_serves_the_most_value_by_token()
    {
        var run = Run("wspt", [Job(0, 0, 32, 0), Job(1, 0, 96, 2), Job(2, 0, 16, 0), Job(3, 0, 64, 0)]);
        Assert.Equal([2, 1, 0, 3], ByFirstStep(run));
    }

    [Theory]
    [InlineData("edf:late=serve", new long[] { 0, 1, 2 })]
    [InlineData("edf:late=demote", new long[] { 1, 2, 0 })]
    [InlineData("edf:late=refuse", new long[] { 1, 2 })]
    public void Who_is_too_late_is_served_demoted_or_refused(string planner, long[] order)
    {
        // A long prompt that has the replica for itself until the first is past its time.
        Job[] jobs = [Job(9, 0, 12 * 32, 3), Job(0, 1, 32, 1), Job(1, 2, 32, 0), Job(2, 3, 32, 0)];
        var run = Run(planner, jobs);
        Assert.Equal(order, ByFirstStep(run).Where(id => id != 9));
        if (planner.EndsWith("refuse", StringComparison.Ordinal)) Assert.Equal(RequestOutcome.RefusedDeadlineMissed, run.Traces[0].Outcome);
    }

    /// <summary>A long one that is due first is left out for the two that it would make late; order by due time alone loses both.</summary>
    [Fact]
    public void Moore_hodgson_leaves_out_one_for_two()
    {
        Job[] jobs = [Job(0, 0, 9 * 32, 1), Job(1, 0, 5 * 32, 1), Job(2, 0, 4 * 32, 1)];
        Assert.Equal([1, 2], InTime(Run("moore-hodgson", jobs), jobs));
        Assert.Equal([0], InTime(Run("edf", jobs), jobs));
    }

    [Fact]
    public void Moore_hodgson_weighs_classes_unless_told_not_to()
    {
        Job[] jobs = [Job(0, 0, 9 * 32, 2), Job(1, 0, 5 * 32, 1), Job(2, 0, 4 * 32, 1)];
        Assert.Equal([0], InTime(Run("moore-hodgson", jobs), jobs));
        Assert.Equal([1, 2], InTime(Run("moore-hodgson:weighs=false", jobs), jobs));
    }

    /// <summary>In overload, where the order by due time makes everybody late, most are in time.</summary>
    [Fact]
    public void In_overload_moore_hodgson_has_more_in_time_than_due_time_and_arrival() => TestSeed.Each(5, seed =>
    {
        var random = new RandomStream(seed, "overload");
        Job[] jobs = [.. Enumerable.Range(0, 300).Select(id => Job(id, id, 8 + random.NextInt(120), random.NextInt(2)))];
        var shares = new[] { "moore-hodgson", "edf:late=serve", "fcfs" }.Select(planner => InTime(Run(planner, jobs), jobs).Count()).ToArray();
        Assert.True(shares[0] > 2 * shares[1], $"{shares[0]} and {shares[1]}");
        Assert.True(shares[0] > 2 * shares[2], $"{shares[0]} and {shares[2]}");
    });

    /// <summary>A decode has 5 ms left; a step takes 1 ms and 10 us for each prompt token: 400 of the 2,000 tokens fit, of half the slack 150.</summary>
    [Theory]
    [InlineData("edf:slack-share=1", 400)]
    [InlineData("edf:slack-share=0.5", 150)]
    [InlineData("edf:gap-slack=false", 1_000)]
    [InlineData("moore-hodgson:slack-share=1", 400)]
    [InlineData("svf:gap-slack=true:slack-share=1", 400)]
    [InlineData("mc-sf:gap-slack=true:slack-share=0.5", 150)]
    [InlineData("ssjf:gap-slack=true:slack-share=1", 400)]
    [InlineData("sarathi:gap-slack=true:slack-share=1", 400)]
    [InlineData("svf", 1_000)]
    [InlineData("ssjf", 1_000)]
    public void Prompts_take_no_more_of_a_step_than_the_tightest_slack_allows(string planner, int tokens)
    {
        var scheduler = Scheduler(planner, "goodput(itl=5ms)");
        Enqueue(scheduler, 0, 4);
        Step(scheduler, 0, 1_000);
        Enqueue(scheduler, 1, 2_000);
        scheduler.PlanStep(1_000);
        Assert.Equal([1, tokens], scheduler.Slices.ToArray().Select(slice => slice.Tokens));
    }

    /// <summary>Who is late already sets no limit, or nobody would ever compute a prompt again.</summary>
    [Fact]
    public void A_row_whose_gap_is_lost_is_not_waited_for()
    {
        var scheduler = Scheduler("edf", "goodput(itl=5ms)");
        Enqueue(scheduler, 0, 4);
        Step(scheduler, 0, 1_000);
        Enqueue(scheduler, 1, 2_000);
        scheduler.PlanStep(6_500);
        Assert.Equal([1, 1_000], scheduler.Slices.ToArray().Select(slice => slice.Tokens));
    }

    /// <summary>With exact step times no gap is ever too long; without the rule many are.</summary>
    [Fact]
    public void With_exact_step_times_no_gap_is_too_long() => TestSeed.Each(10, seed =>
    {
        Assert.Equal(0, LongGaps(seed, "edf:slack-share=1"));
        Assert.Equal(0, LongGaps(seed, "moore-hodgson:slack-share=1"));
        Assert.True(LongGaps(seed, "edf:gap-slack=false") > 10);
    });

    /// <summary>With lengths known, whoever is admitted has room to its end; without foresight some give way.</summary>
    [Theory]
    [InlineData("moore-hodgson", 0)]
    [InlineData("moore-hodgson:foresight=upper", 0)]
    [InlineData("edf:foresight=mean", 0)]
    [InlineData("wspt:foresight=mean", 0)]
    [InlineData("moore-hodgson:foresight=none", 5)]
    [InlineData("wspt", 5)]
    public void With_foresight_nobody_gives_way(string planner, int preemptionsLeast) => TestSeed.Each(5, seed =>
    {
        var random = new RandomStream(seed, "foresight");
        Job[] jobs = [.. Enumerable.Range(0, 60).Select(id => Jobs.Plain(id, id, 4 + random.NextInt(28), 20))];
        var limits = new BatchLimits { StepTokensMax = 64, RunningMax = 16 };
        var kv = new KvLedgerOptions { BlocksTotal = 40, BlockSizeTokens = 4 };
        var run = new ReplicaRun(PolicyCatalogue.Planner(planner), limits, kv, jobs, new ConstantLengthPredictor(20), classes: Classes).ToEnd();
        var preemptions = run.Scheduler.Counters.Preemptions;
        Assert.True(preemptionsLeast == 0 ? preemptions == 0 : preemptions >= preemptionsLeast, $"{preemptions} preemptions");
    });

    private static int LongGaps(ulong seed, string planner)
    {
        var (random, scheduler) = (new RandomStream(seed, "gaps"), Scheduler(planner, "goodput(itl=5ms)"));
        var (nowUs, id, longGaps, last) = (0L, 0, 0, new Dictionary<int, long>());
        for (var step = 0; step < 400; step++)
        {
            if (random.NextInt(4) == 0) Enqueue(scheduler, id++, 1 + random.NextInt(1_500), nowUs);
            scheduler.PlanStep(nowUs);
            var slices = scheduler.Slices.ToArray();
            if (slices.Length == 0)
            {
                nowUs += 1_000;
                continue;
            }

            var stepUs = 1_000 + (long)(10 * slices.Where(slice => !last.ContainsKey(slice.Row)).Sum(slice => slice.Tokens));
            nowUs += stepUs;
            scheduler.TimeIs(nowUs);
            scheduler.CompleteStep(stepUs);
            foreach (var slice in slices.Where(slice => slice.Generates))
            {
                if (last.TryGetValue(slice.Row, out var lastUs) && nowUs - lastUs > 5_000) longGaps++;
                last[slice.Row] = nowUs;
                scheduler.Generate(slice.Row, null);
                if (random.NextInt(20) > 0) continue;
                scheduler.End(slice.Row, RequestOutcome.Stopped);
                last.Remove(slice.Row);
            }
        }

        return longGaps;
    }

    private static long[] ByFirstStep(ReplicaRun run) =>
        [.. run.Traces.Where(trace => trace.Value.EndStep is not null && trace.Value.FirstStep is not null).OrderBy(trace => trace.Value.EndStep).Select(trace => trace.Key)];

    private static ReplicaScheduler Scheduler(string planner, string objective)
    {
        Assert.True(Objective.TryParse(objective, out var parsed, out var error), error);
        return new ReplicaScheduler(new ReplicaOptions
        {
            Planner = PolicyCatalogue.Planner(planner),
            Limits = new BatchLimits { StepTokensMax = 1_001, RunningMax = 16 },
            Kv = new KvLedgerOptions { BlocksTotal = 10_000, BlockSizeTokens = 4 },
            Predictor = new ConstantLengthPredictor(8),
            StepTime = new LinearStepTime(1_000, 10, 0, 0),
            Classes = parsed.Classes,
        });
    }

    private static void Enqueue(ReplicaScheduler scheduler, int id, int prompt, long nowUs = 0)
    {
        var facts = new RequestFacts { Id = new RequestId(id), PromptTokens = prompt, OutputTokensMax = 500, ArrivalUs = nowUs };
        Assert.True(scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.Opaque(prompt)), out _, out _));
    }

    private static void Step(ReplicaScheduler scheduler, long nowUs, long endUs)
    {
        scheduler.PlanStep(nowUs);
        scheduler.TimeIs(endUs);
        scheduler.CompleteStep(endUs - nowUs);
        foreach (var slice in scheduler.Slices) scheduler.Generate(slice.Row, null);
    }
}
