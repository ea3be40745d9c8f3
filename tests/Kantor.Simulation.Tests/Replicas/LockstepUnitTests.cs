using Kantor.Core.Decisions;
using Kantor.Core.StepTime;
using Kantor.Workloads.Traces;

namespace Kantor.Simulation.Tests.Replicas;

public class LockstepUnitTests
{
    [Fact]
    public void Chunks_of_one_replica_delay_the_decodes_of_the_others()
    {
        var pair = ComposedSteps.Replica with { Replicas = 2, LockstepReplicas = 2, StepTime = ComposedSteps.Model with { Groups = 2 } };
        double Tpot(SimulationOptions options, params TraceRequest[] trace) => Simulator.Run(trace, options).Records[0].TpotUs!.Value;
        var (quiet, loud) = (new TraceRequest(0, 100, 200), new TraceRequest(10, 8000, 2));
        Assert.True(Tpot(pair, quiet, loud) > Tpot(pair, quiet) + (ComposedSteps.Model.StepUs(new StepLoad(2048, 0, 0, 0)) * 3 / 200));

        // Negative control: replicas that do not wait for one another do not.
        var apart = pair with { LockstepReplicas = 1 };
        Assert.Equal(Tpot(apart, quiet), Tpot(apart, quiet, loud));
    }

    [Fact]
    public void A_lone_replica_behind_its_barrier_steps_as_one_without()
    {
        TraceRequest[] trace = [.. Enumerable.Range(0, 60).Select(i => new TraceRequest(40_000L * i, 100 + (37 * i % 900), 10 + (13 * i % 50)))];
        var alone = Simulator.Run(trace, ComposedSteps.Replica);
        var idle = Simulator.Run(trace, ComposedSteps.Replica with { Replicas = 2, LockstepReplicas = 2, Router = new OnlyFirst() });
        Assert.Equal(alone.Records, idle.Records);
    }

    private sealed class OnlyFirst : Core.Routing.IRouter
    {
        public string Name => "only-first";

        public Core.Decisions.PolicyState NewState() => new();

        public Core.Routing.RouteDecision Route(Core.Requests.RequestFacts request, in Core.Routing.FleetView fleet, Core.Decisions.PolicyState state) =>
            Core.Routing.RouteDecision.To(0);
    }
}
