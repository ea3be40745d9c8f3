using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Replica;
using Kantor.Core.Requests;
using Kantor.Core.StepTime;
using Kantor.Core.Tests.Batching;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Replica;

/// <summary>Rows that hold KV without being in the batch, and KV that comes from elsewhere.</summary>
public class ParkingTests
{
    private static readonly KvPlace Prefilling = new() { Name = "replica 0", Link = new KvLink { TokensPerUs = 1 } };
    private static readonly KvPlace HostMemory = new() { Name = "host memory", Blocks = 10, Link = new KvLink { TokensPerUs = 1 } };

    [Fact]
    public void A_row_returns_to_its_place_in_the_order_of_admission()
    {
        var scheduler = Running(3, out var rows);
        scheduler.Park(rows[0]);
        Assert.Equal([rows[1], rows[2]], scheduler.View(0).Running.ToArray());
        scheduler.Park(rows[1]);
        scheduler.Unpark(rows[1]);
        scheduler.Unpark(rows[0]);
        Assert.Equal(rows, scheduler.View(0).Running.ToArray());
        scheduler.Verify();
    }

    [Fact]
    public void Only_running_rows_can_be_parked_and_only_parked_ones_return()
    {
        var scheduler = Running(1, out var rows);
        Assert.Throws<InvalidOperationException>(() => scheduler.Unpark(rows[0]));
        scheduler.Park(rows[0]);
        Assert.Throws<InvalidOperationException>(() => scheduler.Park(rows[0]));
    }

    [Fact]
    public void A_row_that_returns_keeps_its_place_and_one_that_leaves_does_not()
    {
        var (returning, leaving) = (Running(2, out var rows), Running(2, out _));
        returning.Park(rows[0]);
        leaving.Park(rows[0], returns: false);
        // Two of two places: the third request waits for the one that returns only.
        Assert.False(Starts(returning, 9));
        Assert.True(Starts(leaving, 9));
    }

    [Fact]
    public void With_nothing_but_parked_rows_there_is_no_step_and_no_fault()
    {
        var scheduler = Running(1, out var rows);
        scheduler.Park(rows[0]);
        scheduler.PlanStep(0);
        Assert.Equal((0, 0L, false, false), (scheduler.Slices.Length, scheduler.Counters.PlansRefused, scheduler.IsIdle, scheduler.HasWork));
    }

    [Fact]
    public void A_step_that_was_taken_out_completes_later_and_forgets_whoever_ended_meanwhile()
    {
        var scheduler = Running(2, out var rows);
        scheduler.PlanStep(0);
        var step = scheduler.TakeStep();
        Assert.Equal((2, 0), (scheduler.ParkedCount, scheduler.RunningCount));
        scheduler.End(rows[0], RequestOutcome.Cancelled);
        // The row is given to another request, which is none of this step's.
        Assert.True(scheduler.TryEnqueue(Spec(5, 4), out var reused, out _));
        Assert.Equal(rows[0], reused);
        scheduler.ResumeStep(step);
        Assert.Equal([rows[1]], scheduler.Slices.ToArray().Select(slice => slice.Row));
        scheduler.CompleteStep();
        Assert.True(scheduler.IsAlive(scheduler.Slices[0]));
        scheduler.Verify();
    }

    [Fact]
    public void A_request_that_is_handed_over_waits_for_its_KV_and_then_decodes()
    {
        var scheduler = New(places: 2);
        var spec = Spec(1, 9, generatedTokens: 1);
        Assert.True(scheduler.TryTakeOver(spec, new Handover(GeneratedTokens: 1, KvTokens: 8, Prefilling), out var row, out _));
        scheduler.PlanStep(0);
        Assert.True(scheduler.Slices.IsEmpty);
        var load = Assert.Single(scheduler.Loads.ToArray());
        Assert.Equal((row, 0, 8, Prefilling), (load.Row, load.FromToken, load.ToToken, load.Place));
        Assert.Equal(2, scheduler.Kv.BlocksUsed);

        Assert.True(scheduler.Loaded(load));
        scheduler.PlanStep(1);
        var slice = Assert.Single(scheduler.Slices.ToArray());
        Assert.Equal((8, 1, true, true), (slice.FromToken, slice.Tokens, slice.IsDecode, slice.Generates));
    }

    [Fact]
    public void A_request_that_ends_while_its_KV_is_on_the_way_is_gone()
    {
        var scheduler = New(places: 2);
        Assert.True(scheduler.TryTakeOver(Spec(1, 9, generatedTokens: 1), new Handover(1, 8, Prefilling), out var row, out _));
        scheduler.PlanStep(0);
        var load = scheduler.Loads[0];
        scheduler.End(row, RequestOutcome.Cancelled);
        Assert.False(scheduler.Loaded(load));
        Assert.True(scheduler.IsIdle);
        Assert.Equal(0, scheduler.Kv.BlocksUsed);
    }

    [Fact]
    public void Nothing_is_learnt_from_a_request_that_goes_on_elsewhere()
    {
        var predictor = new Listener();
        var scheduler = New(places: 2, predictor: predictor);
        scheduler.TryEnqueue(Spec(1, 4), out var row, out _);
        scheduler.PlanStep(0);
        scheduler.CompleteStep();
        scheduler.Generate(row, token: null);
        scheduler.Leave(row);
        Assert.Equal(0, predictor.Observed);
        Assert.True(scheduler.IsIdle);
        Assert.Equal(0, scheduler.Kv.BlocksUsed);
    }

    [Fact]
    public void Swap_space_is_given_back_when_the_request_ends_before_it_returns()
    {
        var scheduler = New(places: 2, swap: HostMemory, planner: new PreemptsEveryOtherStep());
        scheduler.TryEnqueue(Spec(1, 4), out var row, out _);
        scheduler.PlanStep(0);
        scheduler.CompleteStep();
        scheduler.Generate(row, token: null);
        scheduler.PlanStep(1);
        Assert.Equal((1, 4, 4L), (scheduler.SwapBlocksUsed, scheduler.SwappedOutTokens, scheduler.Counters.SwappedTokens));
        scheduler.End(row, RequestOutcome.Cancelled);
        Assert.Equal(0, scheduler.SwapBlocksUsed);
        scheduler.Verify();
    }

    private static ReplicaScheduler Running(int requests, out int[] rows)
    {
        var scheduler = New(places: Math.Max(2, requests));
        rows = new int[requests];
        for (var id = 0; id < requests; id++) Assert.True(scheduler.TryEnqueue(Spec(id, 4), out rows[id], out _));
        scheduler.PlanStep(0);
        scheduler.CompleteStep();
        foreach (var row in rows) scheduler.Generate(row, token: null);
        return scheduler;
    }

    private static bool Starts(ReplicaScheduler scheduler, long id)
    {
        Assert.True(scheduler.TryEnqueue(Spec(id, 4), out var row, out _));
        scheduler.PlanStep(1);
        return scheduler.View(1).IsRunning(row);
    }

    private static RequestSpec Spec(long id, int tokens, int generatedTokens = 0) => new(
        new RequestFacts { Id = new RequestId(id), PromptTokens = tokens - generatedTokens, OutputTokensMax = 8, ArrivalUs = 0 },
        TokenContent.Opaque(tokens));

    private static ReplicaScheduler New(int places, KvPlace? swap = null, IBatchPlanner? planner = null, ILengthPredictor? predictor = null) => new(new ReplicaOptions
    {
        Planner = planner ?? new FcfsPlanner(),
        Limits = new BatchLimits { StepTokensMax = 64, RunningMax = places },
        Kv = new KvLedgerOptions { BlocksTotal = 20, BlockSizeTokens = 4 },
        Predictor = predictor ?? new ConstantLengthPredictor(8),
        StepTime = StepTimeProfiles.Unit.StepTime,
        Swap = swap,
    });

    private sealed class Listener : ILengthPredictor
    {
        public int Observed { get; private set; }

        public string Name => "listener";

        public PolicyState NewState() => new Ends(this);

        public LengthBelief Predict(in LengthQuery query, PolicyState state) => new ConstantLengthPredictor(8).Predict(query, state);

        private sealed class Ends(Listener listener) : PolicyState
        {
            public override void Ended(RequestFacts request, int slot, in RequestEnd end)
            {
                if (end.IsCompleted) listener.Observed++;
            }
        }
    }

    private sealed class PreemptsEveryOtherStep : IBatchPlanner
    {
        public string Name => "preempts";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            if (view.Running.IsEmpty && view.NowUs == 0) plan.AddGrant(view.Waiting[0], view.MissingTokens(view.Waiting[0]));
            else if (!view.Running.IsEmpty) plan.AddPreemption(view.Running[0]);
        }
    }
}
