using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.StepTime;
using Kantor.Simulation.Events;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests;

/// <summary>Policies and models that are wrong: contained and reported, never a hang, never a lost request.</summary>
public class BadPoliciesTests
{
    private static readonly TraceRequest[] Trace = [Request(0, 4, 2), Request(10, 4, 2), Request(5000, 4, 2)];

    [Fact]
    public void A_policy_that_refuses_everything_completes_nothing_and_loses_nothing()
    {
        var refusing = new Scripted((view, plan) => plan.AddRefusal(view.Waiting[0], RequestOutcome.RefusedByPolicy));
        var result = RunVerified(Trace, Small(planner: refusing));
        Assert.Equal((0, 3), (result.Completed, result.Rejected));
        Assert.All(result.Records, record => Assert.Equal(RequestOutcome.RefusedByPolicy, record.Outcome));
    }

    [Fact]
    public void A_policy_that_throws_plans_nonsense_or_plans_nothing_is_replaced_by_fcfs_step_by_step_and_counted()
    {
        var expected = RunVerified(Trace, Small()).Records;
        var throwing = RunVerified(Trace, Small(planner: new Scripted((_, _) => throw new InvalidOperationException("boom"))));
        Assert.Equal(expected, throwing.Records);
        Assert.Equal(throwing.Steps, throwing.PlansRefused);
        Assert.Contains("boom", throwing.LastPlanFault);

        var greedy = RunVerified(Trace, Small(planner: new Scripted((_, plan) => plan.AddGrant(0, int.MaxValue))));
        Assert.Equal(expected, greedy.Records);
        Assert.NotNull(greedy.LastPlanFault);

        var idle = RunVerified(Trace, Small(planner: new Scripted((_, _) => { })));
        Assert.Equal(expected, idle.Records);
        Assert.Contains("planned nothing", idle.LastPlanFault);
    }

    [Fact]
    public void A_policy_that_works_for_ever_without_a_token_fails_the_run()
    {
        var thrashing = new Scripted((view, plan) =>
        {
            if (view.Running.IsEmpty) plan.AddGrant(view.Waiting[0], 1);
            else plan.AddPreemption(view.Running[0]);
        });
        var options = Small(planner: thrashing) with { StepsWithoutTokenMax = 1000 };
        Assert.Contains("without a single generated token", Assert.Throws<SimulationException>(() => Simulator.Run(Trace, options)).Message);
    }

    [Fact]
    public void Routing_to_a_replica_that_is_not_there_fails_the_run()
    {
        var error = Assert.Throws<SimulationException>(() => Simulator.Run(Trace, Small() with { Router = new Misrouter() }));
        Assert.Contains("'misrouter' sent request 0 to replica 7 of 1", error.Message);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(double.PositiveInfinity)]
    public void A_step_time_that_is_no_time_fails_the_run(double us)
    {
        var error = Assert.Throws<SimulationException>(() => Simulator.Run(Trace, Small() with { StepTime = new LinearStepTime(us, 0, 0, 0) }));
        Assert.Contains("step-time model", error.Message);
    }

    private delegate void PlanStep(BatchView view, BatchPlan plan);

    private sealed class Scripted(PlanStep plan) : IBatchPlanner
    {
        public string Name => "scripted";

        public PolicyState NewState() => new();

        public void Plan(in BatchView view, PolicyState state, BatchPlan into) => plan(view, into);
    }

    private sealed class Misrouter : IRouter
    {
        public string Name => "misrouter";

        public PolicyState NewState() => new();

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state) => RouteDecision.To(7);
    }
}
