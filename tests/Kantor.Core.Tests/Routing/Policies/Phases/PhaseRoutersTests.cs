using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Phases;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Phases;

public class PhaseRoutersTests
{
    [Fact]
    public void The_conductor_pairs_the_soonest_first_token_with_the_emptiest_decoder()
    {
        var fleet = new FleetBuilder { StepTime = new LinearStepTime(1, 100, 0, 0) };
        fleet.Add(queuedTokens: 500, hitTokens: 0, role: EndpointRole.Prefill);
        fleet.Add(queuedTokens: 540, hitTokens: 90, role: EndpointRole.Prefill);
        fleet.Add(kvBlocksUsed: 40, role: EndpointRole.Decode);
        fleet.Add(kvBlocksUsed: 20, role: EndpointRole.Decode);
        Assert.Equal(RouteDecision.Pair(1, 3), new Routed(new ConductorRouter()).Decide(fleet));
    }

    [Fact]
    public void The_conductor_of_whole_replicas_and_of_a_decoding_pool_chooses_one()
    {
        foreach (var role in (EndpointRole[])[EndpointRole.Whole, EndpointRole.Decode])
        {
            var fleet = new FleetBuilder { StepTime = new LinearStepTime(1, 100, 0, 0) };
            fleet.Add(queuedTokens: 500, role: role);
            fleet.Add(queuedTokens: 100, role: role);
            Assert.Equal(RouteDecision.To(1), new Routed(new ConductorRouter()).Decide(fleet));
        }
    }

    [Fact]
    public void Gate_and_route_goes_to_those_without_a_prompt_first_and_then_to_the_fewest_requests()
    {
        var fleet = new FleetBuilder();
        fleet.Add(running: 1, waiting: 1, queuedTokens: 1 + 300);
        fleet.Add(running: 20, queuedTokens: 20);
        fleet.Add(running: 15, queuedTokens: 15, bookedTokens: 100);
        Assert.Equal(1, new Routed(new GateAndRouteRouter()).Send(fleet));
        fleet.Add(running: 19, queuedTokens: 19);
        Assert.Equal(3, new Routed(new GateAndRouteRouter()).Send(fleet));
        var mixed = new FleetBuilder();
        mixed.Add(running: 4, queuedTokens: 50);
        mixed.Add(running: 3, queuedTokens: 50);
        Assert.Equal(1, new Routed(new GateAndRouteRouter()).Send(mixed));
    }
}
