using Kantor.Core.Batching;
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

public class SlosServePlannerTests
{
    private static readonly ServiceClassTable Gaps = new(
        [
            new ServiceClass(new ClassId(0), "tight", 1, new SloSpec { GapUsMax = 4_000 }),
            new ServiceClass(new ClassId(1), "loose", 1, new SloSpec { GapUsMax = 40_000 }),
        ],
        new ServiceClass(new ClassId(2), "batch", 1, new SloSpec()));

    [Fact]
    public void One_that_would_make_two_late_is_left_out_and_served_behind_them()
    {
        Job[] jobs = [Job(0, 0, 9 * 32, 1), Job(1, 0, 5 * 32, 1), Job(2, 0, 4 * 32, 1)];
        var run = Run("slos-serve", jobs);
        Assert.Equal([1, 2], InTime(run, jobs));
        Assert.Equal(RequestOutcome.LengthReached, run.Traces[0].Outcome);
        Assert.Equal([0], InTime(Run("edf", jobs), jobs));
    }

    [Fact]
    public void Classes_are_weighed_unless_told_not_to()
    {
        Job[] jobs = [Job(0, 0, 9 * 32, 2), Job(1, 0, 5 * 32, 1), Job(2, 0, 4 * 32, 1)];
        Assert.Equal([0], InTime(Run("slos-serve", jobs), jobs));
        Assert.Equal([1, 2], InTime(Run("slos-serve:weighs=false", jobs), jobs));
    }

    /// <summary>Whoever leaves out by value per token is greedy; the window finds what is worth most in sum.</summary>
    [Fact]
    public void The_window_is_exact_where_value_by_token_is_not()
    {
        // Gold takes all ten steps and is worth five of the other, which is worth more by token.
        Job[] jobs = [Job(0, 0, 32, 1), Job(1, 0, 10 * 32, 2)];
        Assert.Equal([1], InTime(Run("slos-serve", jobs), jobs));
        Assert.Equal([0], InTime(Run("moore-hodgson", jobs), jobs));
    }

    /// <summary>Of a window of one only the first is looked at, which is the order by due time.</summary>
    [Fact]
    public void A_window_of_one_sees_no_conflict()
    {
        Job[] jobs = [Job(0, 0, 9 * 32, 1), Job(1, 0, 5 * 32, 1), Job(2, 0, 4 * 32, 1)];
        Assert.Equal(InTime(Run("edf", jobs), jobs), InTime(Run("slos-serve:horizon=1", jobs), jobs));
    }

    [Fact]
    public void A_promise_is_kept_against_who_comes_later()
    {
        // The long one has its first step when gold comes, which is worth five of it.
        Job[] jobs = [Job(9, 0, 32, 3), Job(0, 0, 9 * 32, 1), Job(1, 1, 9 * 32, 2)];
        Assert.Equal([0], InTime(Run("slos-serve", jobs), jobs).Where(id => id != 9));
    }

    /// <summary>Nobody is lost: in overload all are served in the end, and more in time than by due time or arrival.</summary>
    [Fact]
    public void In_overload_more_are_in_time_than_by_due_time_and_arrival_and_all_are_served() => TestSeed.Each(5, seed =>
    {
        var random = new RandomStream(seed, "overload");
        Job[] jobs = [.. Enumerable.Range(0, 300).Select(id => Job(id, id, 8 + random.NextInt(120), random.NextInt(2)))];
        var run = Run("slos-serve", jobs);
        Assert.All(run.Traces.Values, trace => Assert.Equal(RequestOutcome.LengthReached, trace.Outcome));
        var (inTime, byDue, byArrival) = (InTime(run, jobs).Count(), InTime(Run("edf:late=serve", jobs), jobs).Count(), InTime(Run("fcfs", jobs), jobs).Count());
        Assert.True(inTime > 2 * byDue, $"{inTime} and {byDue}");
        Assert.True(inTime > 2 * byArrival, $"{inTime} and {byArrival}");
    });

    /// <summary>
    /// A step takes 1 ms, 10 us a prompt token, 100 us a decode. Beside one tight row ten loose ones leave, when all decode in every step, 1,900 us of
    /// its 4 ms, and when they wait 2,900.
    /// </summary>
    [Theory]
    [InlineData("slos-serve:slack-share=1", 1, 290)]
    [InlineData("slos-serve:slack-share=1:paces=false", 11, 190)]
    public void Loose_rows_wait_for_the_next_step_while_a_prompt_is_computed(string planner, int decodes, int promptTokens)
    {
        var scheduler = Scheduler(planner);
        Enqueue(scheduler, 0, 4, 0);
        for (var id = 1; id <= 10; id++) Enqueue(scheduler, id, 4, 1);
        Enqueue(scheduler, 11, 5_000, 2);
        Step(scheduler, 0, 100);
        scheduler.PlanStep(100);
        var slices = scheduler.Slices.ToArray();
        Assert.Equal((decodes, promptTokens), (slices.Count(slice => slice.Tokens == 1), slices.Max(slice => slice.Tokens)));
    }

    /// <summary>With exact step times no gap of any class is too long, although loose rows wait.</summary>
    [Fact]
    public void Gaps_are_kept_while_rows_wait() => TestSeed.Each(10, seed =>
    {
        var (random, scheduler) = (new RandomStream(seed, "paces"), Scheduler("slos-serve:slack-share=1"));
        var (nowUs, id, waits, last) = (0L, 0, 0, new Dictionary<int, long>());
        for (var step = 0; step < 600; step++)
        {
            if (random.NextInt(6) == 0 && scheduler.RunningCount < 12) Enqueue(scheduler, id++, 1 + random.NextInt(1_500), random.NextInt(2), nowUs);
            scheduler.PlanStep(nowUs);
            var slices = scheduler.Slices.ToArray();
            var decodes = slices.Count(slice => last.ContainsKey(slice.Row));
            waits += last.Count - decodes;
            var stepUs = slices.Length == 0 ? 1_000 : 1_000 + (100 * decodes) + (10 * slices.Where(slice => !last.ContainsKey(slice.Row)).Sum(slice => slice.Tokens));
            nowUs += stepUs;
            if (slices.Length == 0) continue;
            scheduler.TimeIs(nowUs);
            scheduler.CompleteStep(stepUs);
            foreach (var slice in slices.Where(slice => slice.Generates))
            {
                var limitUs = Gaps[new ClassId(scheduler.Spec(slice.Row).Facts.Class.Value)].Slo.GapUsMax;
                Assert.False(last.TryGetValue(slice.Row, out var lastUs) && nowUs - lastUs > limitUs, $"{nowUs - lastUs} of {limitUs}");
                last[slice.Row] = nowUs;
                scheduler.Generate(slice.Row, null);
                if (random.NextInt(20) > 0) continue;
                scheduler.End(slice.Row, RequestOutcome.Stopped);
                last.Remove(slice.Row);
            }
        }

        Assert.True(waits > 20, $"{waits} waits");
    });

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlosServePlanner(new SlosServeOptions { Horizon = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlosServePlanner(new SlosServeOptions { SlackShare = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlosServePlanner(new SlosServeOptions { Watermark = 1 }));
    }

    private static ReplicaScheduler Scheduler(string planner) => new(new ReplicaOptions
    {
        Planner = PolicyCatalogue.Planner(planner),
        Limits = new BatchLimits { StepTokensMax = 1_000, RunningMax = 16 },
        Kv = new KvLedgerOptions { BlocksTotal = 10_000, BlockSizeTokens = 4 },
        Predictor = new ConstantLengthPredictor(8),
        StepTime = new LinearStepTime(1_000, 10, 100, 0),
        Classes = Gaps,
    });

    private static void Enqueue(ReplicaScheduler scheduler, int id, int prompt, int requestClass, long nowUs = 0)
    {
        var facts = new RequestFacts
        {
            Id = new RequestId(id),
            PromptTokens = prompt,
            OutputTokensMax = 500,
            ArrivalUs = nowUs,
            Class = new ClassId(requestClass),
        };
        Assert.True(scheduler.TryEnqueue(new RequestSpec(facts, TokenContent.Opaque(prompt)), out _, out _));
    }

    private static void Step(ReplicaScheduler scheduler, long nowUs, long endUs)
    {
        scheduler.PlanStep(nowUs);
        scheduler.TimeIs(endUs);
        scheduler.CompleteStep(endUs - nowUs);
        foreach (var slice in scheduler.Slices)
        {
            if (slice.Generates) scheduler.Generate(slice.Row, null);
        }
    }
}
