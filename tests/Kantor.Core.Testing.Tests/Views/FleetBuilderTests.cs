using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Testing.Tests.Views;

public class FleetBuilderTests
{
    [Fact]
    public void Columns_that_are_not_read_are_empty_and_those_that_are_hold_what_was_written()
    {
        var fleet = new FleetBuilder { NowUs = 9 };
        fleet.Add(waiting: 1, running: 2, hitTokens: 3);
        Assert.Equal(1, fleet.Add(waiting: 4, hitTokens: 5, tierHitTokens: 8, queuedTokens: 6, bookedTokens: 7, hasAdapter: false));
        var none = fleet.View(Signals.None);
        Assert.Equal([0, 1], none.Endpoints.ToArray().Select(endpoint => endpoint.Replica));
        Assert.Equal((0, 0, 0), (none.Endpoints[1].Waiting, none.HitTokens.Length, none.StepTimes.Length));
        var all = fleet.View(~Signals.None);
        Assert.Equal(
            (4, 5, 8, 6L, 7L, false),
            (
                all.Endpoints[1].Waiting,
                all.HitTokens[1],
                all.TierHitTokens[1],
                all.QueuedTokens[1],
                all.BookedTokens[1],
                all.HasAdapter[1]));
        Assert.Equal((2, 2, 9L), (all.Roles.Length, all.StepTimes.Length, all.NowUs));
    }

    [Fact]
    public void A_router_is_asked_with_what_it_reads()
    {
        var fleet = new FleetBuilder();
        fleet.Add(waiting: 2);
        fleet.Add(running: 1);
        var request = new RequestFacts { Id = new RequestId(0), PromptTokens = 1, OutputTokensMax = 1, ArrivalUs = 0 };
        Assert.Equal(1, fleet.Route(new LeastLoadedRouter(), request).Endpoint);
    }
}
