using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;
using Kantor.Core.Testing.Bad;
using Kantor.Core.Testing.Runs;
using Kantor.Core.Tests.Batching;

namespace Kantor.Core.Tests.Replica;

public class ReplicaSchedulerTests
{
    private static readonly BatchLimits Limits = new() { StepTokensMax = 16, RunningMax = 4 };

    private static readonly KvLedgerOptions Kv = new() { BlocksTotal = 32, BlockSizeTokens = 2 };

    private sealed class LastComeFirstServedAlone : IBatchPlanner
    {
        public string Name => "last-come-alone";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            if (view.Running.IsEmpty) plan.AddGrant(view.Waiting[^1], 1);
            else if (view.Running.Length == 1 && view.Waiting.IsEmpty) plan.AddGrant(view.Running[0], 1);
            else foreach (var row in view.Running) plan.AddPreemption(row);
        }
    }

    [Fact]
    public void A_plan_that_only_preempts_is_followed_by_another_of_the_same_policy_in_the_same_step()
    {
        var run = new ReplicaRun(new LastComeFirstServedAlone(), Limits, Kv, [Jobs.Plain(0, 0, 1, 2), Jobs.Plain(1, 1, 1, 1), Jobs.Plain(2, 1, 1, 1)]);
        Assert.Equal([0L], run.Advance().Select(slice => run.Scheduler.Spec(slice.Row).Id.Value));
        run.Arrive();
        var last = run.RowOf(2);
        Assert.Equal([last], run.Plan().Select(slice => slice.Row));
        Assert.Equal((1, 0), (run.Scheduler.Preempted.Length, run.Scheduler.Counters.PlansRefused));
    }

    [Fact]
    public void A_planner_that_throws_is_replaced_by_fcfs_and_reported__INV_RUN_9()
    {
        var (bad, good) = (Run(BadPlanners.Throwing), Run(new FcfsPlanner()));
        Assert.Equal(good.Step, bad.Step);
        Assert.Equal(good.Traces.Values.Select(trace => trace.EndStep), bad.Traces.Values.Select(trace => trace.EndStep));
        Assert.Equal(bad.Scheduler.Counters.Steps, bad.Scheduler.Counters.PlansRefused);
        Assert.Equal("throwing threw InvalidOperationException: no idea", bad.Scheduler.LastPlanFault);
    }

    [Fact]
    public void A_planner_that_writes_nonsense_is_contained__INV_RUN_9()
    {
        var run = Run(BadPlanners.Nonsense());
        Assert.All(run.Traces.Values, trace => Assert.Equal(1, trace.Ends));
        Assert.True(run.Scheduler.Counters.PlansRefused > 50);
        Assert.NotNull(run.Scheduler.LastPlanFault);
    }

    [Fact]
    public void A_planner_that_does_nothing_does_not_stop_the_replica__INV_RUN_9()
    {
        var run = Run(BadPlanners.Silent);
        Assert.Equal(run.Scheduler.Counters.Steps, run.Scheduler.Counters.PlansRefused);
        Assert.Contains("silent planned nothing", run.Scheduler.LastPlanFault);
    }

    [Fact]
    public void A_sound_planner_is_never_replaced() => Assert.Null(Run(new FcfsPlanner()).Scheduler.LastPlanFault);

    [Fact]
    public void A_preempted_request_resumes_where_it_was_and_its_lost_work_is_counted()
    {
        // Two requests of 4 + 8 tokens in a pool of 16 tokens: both cannot reach their ends together.
        var kv = new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 1, PrefixCaching = false };
        var run = new ReplicaRun(new FcfsPlanner(), Limits, kv, [Jobs.Plain(0, 0, 4, 8), Jobs.Plain(1, 0, 4, 8)]).ToEnd();
        Assert.Equal((0, 1), (run.Traces[0].Preemptions, run.Traces[1].Preemptions));
        Assert.Equal((8, 8), (run.Traces[0].Generated, run.Traces[1].Generated));
        Assert.Equal(1, run.Scheduler.Counters.Preemptions);
        Assert.Equal(8, run.Scheduler.Counters.RecomputedTokens);
        Assert.Equal(11 + 11 + 8, run.Scheduler.Counters.ComputedTokens);
    }

    [Fact]
    public void What_a_preempted_request_finds_in_the_cache_is_not_recomputed()
    {
        var kv = new KvLedgerOptions { BlocksTotal = 16, BlockSizeTokens = 1 };
        var run = new ReplicaRun(new FcfsPlanner(), Limits, kv, [Jobs.Plain(0, 0, 4, 8), Jobs.Plain(1, 0, 4, 8)]).ToEnd();
        Assert.Equal(1, run.Scheduler.Counters.Preemptions);
        Assert.InRange(run.Scheduler.Counters.RecomputedTokens, 0, 7);
        Assert.Equal(22 + run.Scheduler.Counters.RecomputedTokens, run.Scheduler.Counters.ComputedTokens);
    }

    [Fact]
    public void A_full_queue_refuses_and_says_so()
    {
        var run = new ReplicaRun(new FcfsPlanner(), Limits with { WaitingMax = 2 }, Kv, Enumerable.Range(0, 3).Select(id => Jobs.Plain(id, 0, 4, 4))).ToEnd();
        Assert.Equal(RequestOutcome.RefusedQueueFull, run.Traces[2].Outcome);
        Assert.Equal(RequestOutcome.LengthReached, run.Traces[1].Outcome);
    }

    [Fact]
    public void The_predictor_learns_from_requests_that_ended_by_themselves_only()
    {
        var predictor = new RecordingPredictor();
        var run = new ReplicaRun(new FcfsPlanner(), Limits, Kv, [Jobs.Plain(0, 0, 4, 3, 9), Jobs.Plain(1, 0, 4, 5), Jobs.Plain(2, 0, 4, 9)], predictor);
        run.Advance();
        run.End(run.RowOf(2), RequestOutcome.Cancelled);
        run.ToEnd();
        Assert.Equal([3, 5], predictor.Observed);
    }

    [Fact]
    public void A_row_can_end_only_once__INV_RUN_1()
    {
        var run = new ReplicaRun(new FcfsPlanner(), Limits, Kv, [Jobs.Plain(0, 0, 4, 8), Jobs.Plain(1, 0, 4, 8)]);
        run.Advance();
        var row = run.RowOf(0);
        run.End(row, RequestOutcome.Cancelled);
        Assert.Throws<InvalidOperationException>(() => run.Scheduler.End(row, RequestOutcome.Stopped));
        run.Scheduler.Verify();
    }

    [Fact]
    public void A_request_cancelled_while_its_step_runs_leaves_the_others_untouched__INV_RUN_7()
    {
        var run = new ReplicaRun(new FcfsPlanner(), Limits, Kv, [Jobs.Plain(0, 0, 4, 8), Jobs.Plain(1, 0, 4, 8)]);
        run.Advance();
        var slices = run.Plan();
        run.End(run.RowOf(0), RequestOutcome.Cancelled);
        run.Scheduler.CompleteStep();
        run.Scheduler.Verify();
        run.Finish(slices.Single(slice => run.Scheduler.Slices.Length == 2 && slice.Row == run.RowOf(1)));
        run.ToEnd();
        Assert.Equal((8, 1), (run.Traces[1].Generated, run.Traces[0].Ends));
    }

    [Fact]
    public void A_request_is_found_where_it_stands_until_it_ends_and_not_in_the_row_that_it_left()
    {
        var run = new ReplicaRun(new FcfsPlanner(), Limits, Kv, [Jobs.Plain(0, 0, 4, 8), Jobs.Plain(1, 0, 4, 8)]);
        run.Advance();
        var row = run.RowOf(1);
        Assert.True(run.Scheduler.TryFind(new RequestId(1), out var found));
        Assert.Equal(row, found);
        Assert.False(run.Scheduler.TryFind(new RequestId(2), out _));
        run.End(row, RequestOutcome.Cancelled);
        Assert.False(run.Scheduler.TryFind(new RequestId(1), out _));
        Assert.True(run.Scheduler.TryFind(new RequestId(0), out _));
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(39, 1)]
    [InlineData(1, 64)]
    public void A_request_fits_when_all_but_its_newest_token_fit_the_pool(int prompt, int output)
    {
        var scheduler = new ReplicaRun(new FcfsPlanner(), Limits, Kv, []).Scheduler;
        Assert.Equal(prompt + output - 1 <= 64, scheduler.CanEverFit(prompt, output));
        Assert.False(scheduler.CanEverFit(64, 2));
        Assert.False(scheduler.CanEverFit(int.MaxValue, int.MaxValue));
        Assert.False(scheduler.CanEverFit(0, 1));
        Assert.False(scheduler.CanEverFit(1, 0));
    }

    [Fact]
    public void A_decode_is_a_slice_of_the_newest_token_alone()
    {
        var run = new ReplicaRun(new FcfsPlanner(), Limits, Kv, [Jobs.Plain(0, 0, 17, 3), Jobs.Plain(1, 0, 1, 3)]);
        Assert.Equal([(16, false, false)], run.Advance().Select(slice => (slice.Tokens, slice.Generates, slice.IsDecode)));
        Assert.Equal([(1, true, false), (1, true, false)], run.Advance().Select(slice => (slice.Tokens, slice.Generates, slice.IsDecode)));
        Assert.Equal([(1, true, true), (1, true, true)], run.Advance().Select(slice => (slice.Tokens, slice.Generates, slice.IsDecode)));
    }

    private static ReplicaRun Run(IBatchPlanner planner) => new ReplicaRun(planner, Limits, Kv, Jobs.Random(1, 40, 40)).ToEnd();

    private sealed class RecordingPredictor : ILengthPredictor
    {
        public List<int> Observed { get; } = [];

        public string Name => "recording";

        public PolicyState NewState() => new Ends(Observed);

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => new(query.OutputTokensMax, query.OutputTokensMax);

        private sealed class Ends(List<int> observed) : PolicyState
        {
            public override void Ended(RequestFacts request, int slot, in RequestEnd end)
            {
                if (end.IsCompleted) observed.Add(end.GeneratedTokens);
            }
        }
    }
}
