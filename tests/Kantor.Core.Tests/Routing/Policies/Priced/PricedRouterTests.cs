using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Priced;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Laws;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Priced;

public class PricedRouterTests
{
    private static readonly RequestFacts Request = new() { Id = new RequestId(1), PromptTokens = 1_000, OutputTokensMax = 8, ArrivalUs = 0 };

    [Fact]
    public void It_keeps_the_laws_of_routers() => RouterLaws.Check(new PricedRouter());

    [Fact]
    public void Equal_endpoints_are_told_apart_by_their_work()
    {
        var fleet = New();
        fleet.Add(running: 4, queuedTokens: 9_000);
        fleet.Add(running: 4, queuedTokens: 2_000);
        Assert.Equal(1, fleet.Route(new PricedRouter(), Request).Endpoint);
    }

    [Fact]
    public void A_hit_is_worth_what_it_saves_the_request_and_those_who_are_there()
    {
        var fleet = New();
        fleet.Add(running: 4, hitTokens: 900, queuedTokens: 500);
        fleet.Add(running: 4);
        Assert.Equal(0, fleet.Route(new PricedRouter(), Request).Endpoint);
    }

    [Fact]
    public void The_delay_of_those_who_are_there_counts_unless_it_is_switched_off()
    {
        var fleet = New();
        fleet.Add(running: 30);
        fleet.Add(running: 2, queuedTokens: 600);
        Assert.Equal(1, fleet.Route(new PricedRouter(), Request).Endpoint);
        Assert.Equal(0, fleet.Route(new PricedRouter(new PricedRouterOptions { CountsOthers = false }), Request).Endpoint);
    }

    [Fact]
    public void A_pool_that_would_be_full_counts_unless_it_is_switched_off()
    {
        var fleet = New();
        fleet.Add(running: 10, kvBlocksUsed: 98);
        fleet.Add(running: 11, kvBlocksUsed: 20);
        Assert.Equal(1, fleet.Route(new PricedRouter(), Request).Endpoint);
        Assert.Equal(0, fleet.Route(new PricedRouter(new PricedRouterOptions { CountsKv = false }), Request).Endpoint);
    }

    [Fact]
    public void Without_step_times_the_fewest_requests_decide()
    {
        var fleet = new FleetBuilder { StepTime = new Broken() };
        fleet.Add(waiting: 3);
        fleet.Add(waiting: 1);
        Assert.Equal(1, fleet.Route(new PricedRouter(), Request).Endpoint);
    }

    private static FleetBuilder New()
    {
        Assert.True(Objective.TryParse("latency(mean-e2e)", out var objective, out _));
        return new FleetBuilder { StepTime = new LinearStepTime(1_000, 100, 10, 0), ServiceClasses = objective.Classes };
    }

    private sealed class Broken : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => double.NaN;
    }
}
