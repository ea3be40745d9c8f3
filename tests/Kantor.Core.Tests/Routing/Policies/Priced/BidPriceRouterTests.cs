using Kantor.Core.Routing.Policies.Priced;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Routing.Policies.Priced;

public class BidPriceRouterTests
{
    [Fact]
    public void Where_nothing_is_scarce_the_soonest_first_token_decides()
    {
        var router = new Routed(new BidPriceRouter());
        Assert.Equal(1, router.Send(Fleet(0, first: (5, 100, 900), second: (9, 200, 400))));
        Assert.Equal(1, router.Send(Fleet(10_000_000, first: (5, 100, 900), second: (9, 200, 400))));
    }

    [Fact]
    public void Kv_that_is_scarce_gets_a_price_with_time_and_loses_it_again()
    {
        var state = new BidPriceState(new());
        double PriceAt(long nowUs, int kv)
        {
            var view = Fleet(nowUs, first: (5, kv, 0), second: (5, 100, 0)).View(new BidPriceRouter().Reads);
            state.Follow(view);
            return state.PriceUs(Routed.Request(1), view.Endpoints[0]);
        }

        Assert.Equal(0, PriceAt(1_000_000, kv: 500));
        var prices = Enumerable.Range(2, 20).Select(second => PriceAt(second * 1_000_000L, kv: 990)).ToArray();
        Assert.Equal(prices.Order(), prices);
        Assert.True(prices[^1] > 10 * prices[0] && prices[0] > 0);
        for (var second = 22; second < 60; second++) PriceAt(second * 1_000_000L, kv: 100);
        Assert.Equal(0, PriceAt(60_000_000, kv: 100));
    }

    [Fact]
    public void A_price_outweighs_a_sooner_first_token()
    {
        var router = new Routed(new BidPriceRouter(new() { GainMs = 100_000 }));
        var scarce = (long nowUs) => Fleet(nowUs, first: (5, 999, 0), second: (5, 100, 200));
        Assert.Equal(0, router.Send(scarce(0)));
        for (var second = 1; second < 30; second++) router.Send(scarce(second * 1_000_000L));
        Assert.Equal(1, router.Send(scarce(30_000_000)));
    }

    private static FleetBuilder Fleet(long nowUs, (int Running, int Kv, int Queued) first, (int Running, int Kv, int Queued) second)
    {
        var fleet = new FleetBuilder { NowUs = nowUs, KvBlocksTotal = 1_000, StepTime = new LinearStepTime(1, 100, 0, 0) };
        foreach (var (running, kv, queued) in ((int, int, int)[])[first, second])
        {
            fleet.Add(running: running, kvBlocksUsed: kv, queuedTokens: running + queued);
        }

        return fleet;
    }
}
