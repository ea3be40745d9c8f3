using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Decisions;
using Kantor.Core.Randomness;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Replicas;

/// <summary>Policies that hold on purpose.</summary>
public class HoldTests
{
    private delegate void Write(BatchView view, BatchPlan plan);

    [Fact]
    public void A_step_begins_at_the_moment_until_which_the_policy_held()
    {
        var log = new RunLog();
        var result = RunVerified([Request(100, 4, 2)], Small(planner: new Patient(700)), log);
        Assert.Equal(800, log.Steps[0].FromUs);
        Assert.Equal((0, 1), (result.PlansRefused, result.Completed));
    }

    [Fact]
    public void An_arrival_is_reason_enough_to_plan_again()
    {
        var log = new RunLog();
        // Holds for as long as only one waits.
        var pairs = new Scripted((view, plan) =>
        {
            if (view.Running.IsEmpty && view.Waiting.Length == 1) plan.HoldUntil(view.NowUs + 5_000);
            else new FcfsPlanner().Plan(view, new PolicyState(), plan);
        });
        var result = RunVerified([Request(100, 4, 2), Request(350, 4, 2)], Small(planner: pairs), log);
        Assert.Equal((350, 2), (log.Steps[0].FromUs, log.Steps[0].Slices.Count));
        Assert.Equal((0, 2), (result.PlansRefused, result.Completed));
    }

    [Fact]
    public void A_policy_may_hold_what_runs_too()
    {
        var log = new RunLog();
        var pausing = new Scripted((view, plan) =>
        {
            if (!view.Running.IsEmpty && view.NowUs < 2_000) plan.HoldUntil(2_000);
            else new FcfsPlanner().Plan(view, new PolicyState(), plan);
        });
        RunVerified([Request(0, 4, 2)], Small(planner: pausing), log);
        Assert.Equal(2_000, log.Steps[1].FromUs);
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(2, 1, true)]
    [InlineData(2, 2, false)]
    [InlineData(1, 3, true)]
    public void Nobody_waits_for_ever_behind_a_policy_that_holds_whatever_the_replica_is__INV_SIM_24(int lockstep, int stages, bool plansAhead)
    {
        if (lockstep > 1 && stages > 1) lockstep = 1;
        var random = new RandomStream(3, "holds");
        TraceRequest[] trace = [.. Enumerable.Range(0, 40).Select(number => Request(number * 300L, 1 + random.NextInt(12), 1 + random.NextInt(6)))];
        var options = Small(planner: new Scripted((_, plan) => plan.Hold())) with
        {
            Replicas = lockstep,
            LockstepReplicas = lockstep,
            PipelineStages = stages,
            PlansAhead = plansAhead,
            HoldUsMax = 1_000,
        };
        var result = RunVerified(trace, options);
        Assert.Equal(40, result.Completed);
        Assert.True(result.PlansRefused > 0);
    }

    [Fact]
    public void Leaping_over_steps_between_holds_changes_nothing__INV_SIM_9()
    {
        var random = new RandomStream(5, "holds");
        var atUs = 0L;
        TraceRequest[] trace = [.. Enumerable.Range(0, 60).Select(_ => Request(atUs += random.NextInt(900), 1 + random.NextInt(12), 1 + random.NextInt(8)))];
        var (leaping, stepping) = (new RunLog(), new RunLog());
        var options = Small(planner: new Patient(400));
        var result = RunVerified(trace, options, leaping);
        Assert.Equal(RunVerified(trace, options with { Leaping = false }, stepping).Records, result.Records);
        Assert.Equal(stepping.Ends, leaping.Ends);
        Assert.True(leaping.StepsLeapt > 0);
        Assert.Equal(0, result.PlansRefused);
    }

    private sealed class Scripted(Write write) : IBatchPlanner
    {
        public string Name => "scripted";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan) => write(view, plan);
    }

    /// <summary>Begins a batch only when its first request has waited for so long; goes on as first come, first served.</summary>
    private sealed class Patient(long waitUs) : IBatchPlanner
    {
        private readonly FcfsPlanner _plain = new();

        public string Name => "patient";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan plan)
        {
            var readyUs = view.Running.IsEmpty ? view.ArrivalUs[view.Waiting[0]] + waitUs : view.NowUs;
            if (readyUs > view.NowUs) plan.HoldUntil(readyUs);
            else _plain.Plan(view, state, plan);
        }

        public int RepeatingSteps(in BatchView view, PolicyState state, BatchPlan plan) => _plain.RepeatingSteps(view, state, plan);
    }
}
