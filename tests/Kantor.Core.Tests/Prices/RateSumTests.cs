using Kantor.Core.Prices;

namespace Kantor.Core.Tests.Prices;

public class RateSumTests
{
    [Fact]
    public void The_sum_is_that_of_all_rates_whatever_came_and_went() => TestSeed.Each(20, seed =>
    {
        var (random, sum, rates) = (new Random((int)seed), new RateSum(), new double[50]);
        for (var change = 0; change < 9_000; change++)
        {
            var slot = random.Next(rates.Length);
            rates[slot] = random.Next(3) == 0 ? 0 : random.NextDouble() * Math.Pow(10, random.Next(-6, 7));
            sum.Set(slot, rates[slot]);
        }

        Assert.Equal(rates.Count(rate => rate > 0), sum.Count);
        Assert.Equal(rates.Sum(), sum.Total, 1e-6);
        for (var slot = 0; slot < rates.Length; slot++) sum.Set(slot, 0);
        Assert.Equal((0, 0.0), (sum.Count, sum.Total));
    });

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_rate_is_refused(double rate) => Assert.Throws<ArgumentOutOfRangeException>(() => new RateSum().Set(0, rate));
}
