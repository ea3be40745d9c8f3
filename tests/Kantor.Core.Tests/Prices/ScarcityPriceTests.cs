using Kantor.Core.Prices;

namespace Kantor.Core.Tests.Prices;

public class ScarcityPriceTests
{
    [Fact]
    public void What_nobody_is_left_out_for_costs_nothing()
    {
        var price = new ScarcityPrice(1_000, 0.5);
        Assert.Equal(0, price.At(0));
        price.TryBid(4, 0);
        Assert.Equal(2, price.At(0));
        Assert.Equal(1, price.At(1_000));
        Assert.Equal(0, price.At(20_000));
    }

    [Fact]
    public void It_is_never_negative_infinite_or_above_the_dearest_bid() => TestSeed.Each(100, seed =>
    {
        var (random, price, dearest, nowUs) = (new Random((int)seed), new ScarcityPrice(1_000_000, 0.25), 0.0, 0L);
        for (var bid = 0; bid < 300; bid++)
        {
            var perUnit = random.NextDouble() * Math.Pow(10, random.Next(-4, 5));
            dearest = Math.Max(dearest, perUnit);
            Assert.True(price.TryBid(perUnit, nowUs));
            nowUs += random.Next(200_000);
            Assert.InRange(price.At(nowUs), 0, dearest);
        }
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_price_changes_nothing(double bid)
    {
        var price = new ScarcityPrice(1_000, 0.5);
        price.TryBid(4, 0);
        Assert.False(price.TryBid(bid, 10));
        Assert.Equal((0L, 2.0), (price.BidUs, price.At(0)));
    }

    [Fact]
    public void A_step_of_the_load_is_followed_without_overshoot()
    {
        var (price, last) = (new ScarcityPrice(1_000_000, 0.25), 0.0);
        for (var bid = 0; bid < 40; bid++)
        {
            price.TryBid(1, bid * 10_000);
            Assert.InRange(price.At(bid * 10_000), last * 0.99, 1);
            last = price.At(bid * 10_000);
        }

        Assert.InRange(last, 0.95, 1);
    }
}
