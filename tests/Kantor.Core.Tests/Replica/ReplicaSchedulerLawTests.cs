using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.Tests.Kv;

namespace Kantor.Core.Tests.Replica;

public class ReplicaSchedulerLawTests
{
    private const int TokensMax = 60;
    private const int Seeds = 25;

    public static TheoryData<string> Policies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_request_ends_exactly_once_with_all_its_tokens_under_any_load__INV_RUN_1(string policy)
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var jobs = Jobs.Random(seed, 60, TokensMax);
            var run = Run(policy, seed, jobs).ToEnd();
            foreach (var job in jobs)
            {
                Assert.Equal(1, run.Traces[job.Id].Ends);
                Assert.Equal(job.OutputTokens, run.Traces[job.Id].Generated);
            }

            Assert.Equal(0, run.Scheduler.Kv.BlocksUsed);
            Assert.Equal(0, run.Scheduler.Counters.PlansRefused);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void No_plan_of_a_catalogue_policy_promises_memory_that_is_not_there__INV_RUN_2(string policy)
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var (limits, kv) = Jobs.Tight(seed, TokensMax);
            var run = new ReplicaRun(PolicyCatalogue.Planner(policy), limits, kv with { SequencesMax = null }, Jobs.Random(seed, 60, TokensMax)).ToEnd();
            Assert.Equal((0, 0), (run.Scheduler.Counters.GrantsDeferred, run.Scheduler.Counters.PlansRefused));
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_work_gives_the_same_steps__INV_RUN_3(string policy)
    {
        var jobs = Jobs.Random(5, 60, TokensMax);
        Assert.Equal(Steps(Run(policy, 5, jobs)), Steps(Run(policy, 5, jobs)));
    }

    [Theory]
    [InlineData("fcfs")]
    [InlineData("vllm-v1")]
    [InlineData("sarathi")]
    [InlineData("orca")]
    [InlineData("prefill-first")]
    [InlineData("static")]
    [InlineData("decode-maximal")]
    public void Policies_in_order_of_arrival_start_nobody_before_somebody_who_came_earlier__INV_RUN_4(string policy)
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var jobs = Jobs.Random(seed, 60, TokensMax);
            var run = Run(policy, seed, jobs).ToEnd();
            var starts = jobs.Select(job => run.Traces[job.Id].FirstStep!.Value).ToArray();
            Assert.Equal(starts.Order(), starts);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void When_all_need_a_block_in_the_same_step_somebody_gives_way_and_all_go_on__INV_RUN_5(string policy)
    {
        var jobs = Enumerable.Range(0, 4).Select(id => Jobs.Plain(id, 0, 4, 9));
        var kv = new KvLedgerOptions { BlocksTotal = 5, BlockSizeTokens = 4, PrefixCaching = false };
        var run = new ReplicaRun(PolicyCatalogue.Planner(policy), new BatchLimits { StepTokensMax = 64, RunningMax = 8 }, kv, jobs).ToEnd(200);
        Assert.All(run.Traces.Values, trace => Assert.Equal(9, trace.Generated));
        if (policy is "fcfs" or "vllm-v1" or "sarathi") Assert.True(run.Scheduler.Counters.Preemptions > 0);
        if (policy is "orca" or "static") Assert.Equal(0, run.Scheduler.Counters.Preemptions);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_request_that_never_fits_is_refused_at_once_and_the_queue_moves_on__INV_RUN_6(string policy)
    {
        var jobs = new[] { Jobs.Plain(0, 0, 30, 11), Jobs.Plain(1, 0, 30, 10), Jobs.Plain(2, 0, 5, 5) };
        var kv = new KvLedgerOptions { BlocksTotal = 39, BlockSizeTokens = 1 };
        var run = new ReplicaRun(PolicyCatalogue.Planner(policy), new BatchLimits { StepTokensMax = 64, RunningMax = 8 }, kv, jobs).ToEnd(100);
        Assert.Equal(RequestOutcome.RefusedNeverFits, run.Traces[0].Outcome);
        Assert.Equal(RequestOutcome.LengthReached, run.Traces[1].Outcome);
        Assert.Equal(RequestOutcome.LengthReached, run.Traces[2].Outcome);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Cancelled_at_any_moment_a_request_is_gone_and_its_memory_free__INV_RUN_7(string policy)
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            var jobs = Jobs.Random(seed, 40, TokensMax);
            var run = Run(policy, seed, jobs);
            var random = new RandomStream(seed, "cancel");
            for (; !run.IsOver; run.Advance())
            {
                run.Arrive();
                var alive = jobs.Where(job => job.ArrivalStep <= run.Step && run.Traces[job.Id].Ends == 0).ToArray();
                if (alive.Length > 0 && random.NextInt(4) == 0) run.End(run.RowOf(alive[random.NextInt(alive.Length)].Id), RequestOutcome.Cancelled);
            }

            Assert.All(run.Traces.Values, trace => Assert.Equal(1, trace.Ends));
            Assert.Equal(0, run.Scheduler.Kv.BlocksUsed);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_step_that_failed_is_planned_again_and_loses_nothing__INV_RUN_8(string policy)
    {
        var jobs = Jobs.Random(3, 40, TokensMax);
        var run = Run(policy, 3, jobs);
        var random = new RandomStream(3, "failures");
        for (var failures = 0; !run.IsOver; run.Advance())
        {
            if (random.NextInt(3) > 0 || failures++ > 100) continue;
            run.Arrive();
            run.Plan();
            run.Scheduler.AbandonStep();
            Assert.True(run.Scheduler.Slices.IsEmpty);
            run.Scheduler.Verify();
        }

        Assert.All(jobs, job => Assert.Equal(job.OutputTokens, run.Traces[job.Id].Generated));
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_computed_token_finds_its_whole_context_in_real_memory_and_no_more_cells_live_than_there_are__INV_RUN_12(string policy)
    {
        var (hits, preemptions) = (0L, 0L);
        for (var seed = 0UL; seed < 6; seed++)
        {
            var limits = new BatchLimits { StepTokensMax = 24, RunningMax = 6 };
            var kv = new KvLedgerOptions { BlocksTotal = 110, BlockSizeTokens = 1, SequencesMax = 8, RecordsChanges = true };
            var planner = PolicyCatalogue.Planner(policy);
            // Memory of cells cannot share what is not written yet.
            var rules = planner.KvRules with { HitsWithinStep = false };
            var run = new ReplicaRun(planner, limits, kv, Jobs.Random(seed, 40, TokensMax), rules: rules) { Memory = new FakeKvMemory() }.ToEnd();
            hits += run.Scheduler.Counters.PrefixHitTokens;
            preemptions += run.Scheduler.Counters.Preemptions;
        }

        Assert.True(hits > 100, $"{hits} tokens were hit");
        if (policy is "fcfs" or "vllm-v1") Assert.True(preemptions > 0);
    }

    private static ReplicaRun Run(string policy, ulong seed, List<Job> jobs)
    {
        var (limits, kv) = Jobs.Tight(seed, TokensMax);
        return new ReplicaRun(PolicyCatalogue.Planner(policy), limits, kv, jobs, new ClassQuantilePredictor());
    }

    private static List<StepSlice> Steps(ReplicaRun run)
    {
        var slices = new List<StepSlice>();
        while (!run.IsOver) slices.AddRange(run.Advance());
        return slices;
    }
}
