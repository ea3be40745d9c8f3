using Kantor.Core.Batching;
using Kantor.Core.Prediction;
using Kantor.Core.Testing.Laws;
using Kantor.Core.Testing.Runs;

namespace Kantor.Core.Tests.Replica;

/// <summary>Every policy of ours keeps the laws; what they say is in <see cref="PlannerLaws"/>.</summary>
public class ReplicaSchedulerLawTests
{
    private const int TokensMax = 60;
    private const int Seeds = 25;

    public static TheoryData<string> Policies => [.. PolicyCatalogue.PlannerNames];

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_request_ends_exactly_once_with_all_its_tokens_under_any_load__INV_RUN_1(string policy) =>
        ConservationLaws.EveryRequestEndsOnce(PolicyCatalogue.Planner(policy));

    [Theory]
    [MemberData(nameof(Policies))]
    public void No_plan_of_a_catalogue_policy_promises_memory_that_is_not_there__INV_RUN_2(string policy) =>
        ConservationLaws.NoPlanPromisesTooMuch(PolicyCatalogue.Planner(policy));

    [Theory]
    [MemberData(nameof(Policies))]
    public void The_same_work_gives_the_same_steps__INV_RUN_3(string policy) =>
        DeterminismLaws.SameWorkGivesSameSteps(PolicyCatalogue.Planner(policy));

    [Theory]
    [MemberData(nameof(Policies))]
    public void Replicas_may_share_a_planner__INV_RUN_16(string policy) =>
        DeterminismLaws.ReplicasMayShareIt(PolicyCatalogue.Planner(policy));

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
        TestSeed.Each(Seeds, seed =>
        {
            var jobs = Jobs.Random(seed, 60, TokensMax);
            var (limits, kv) = Jobs.Tight(seed, TokensMax);
            var run = new ReplicaRun(PolicyCatalogue.Planner(policy), limits, kv, jobs, new ClassQuantilePredictor()).ToEnd();
            var starts = jobs.Select(job => run.Traces[job.Id].FirstStep!.Value).ToArray();
            Assert.Equal(starts.Order(), starts);
        });
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void When_all_need_a_block_in_the_same_step_somebody_gives_way_and_all_go_on__INV_RUN_5(string policy)
    {
        var preemptions = ProgressLaws.SomebodyGivesWay(PolicyCatalogue.Planner(policy));
        if (policy is "fcfs" or "vllm-v1" or "sarathi") Assert.True(preemptions > 0);
        if (policy is "orca" or "static") Assert.Equal(0, preemptions);
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_request_that_never_fits_is_refused_at_once_and_the_queue_moves_on__INV_RUN_6(string policy) =>
        ProgressLaws.TheImpossibleIsRefused(PolicyCatalogue.Planner(policy));

    [Theory]
    [MemberData(nameof(Policies))]
    public void Cancelled_at_any_moment_a_request_is_gone_and_its_memory_free__INV_RUN_7(string policy) =>
        ConservationLaws.TheCancelledAreGone(PolicyCatalogue.Planner(policy));

    [Theory]
    [MemberData(nameof(Policies))]
    public void A_step_that_failed_is_planned_again_and_loses_nothing__INV_RUN_8(string policy) =>
        ConservationLaws.AFailedStepLosesNothing(PolicyCatalogue.Planner(policy));

    [Theory]
    [MemberData(nameof(Policies))]
    public void Every_computed_token_finds_its_whole_context_in_real_memory_and_no_more_cells_live_than_there_are__INV_RUN_12(string policy)
    {
        var (hits, preemptions) = ConservationLaws.ContextIsThere(PolicyCatalogue.Planner(policy));
        Assert.True(hits > 100, $"{hits} tokens were hit");
        if (policy is "fcfs" or "vllm-v1") Assert.True(preemptions > 0);
    }
}
