using Kantor.Core.Prices;

namespace Kantor.Core.Tests.Prices;

public class ReserveTests
{
    [Fact]
    public void It_falls_by_what_is_turned_away_and_rises_by_what_is_lost()
    {
        var reserve = new Reserve();
        Assert.Equal(1, reserve.Share);
        for (var request = 0; request < 10; request++) reserve.TooMuch(5);
        Assert.Equal(0.8, reserve.Share, 9);
        for (var request = 0; request < 4; request++) reserve.TooLittle(5);
        Assert.Equal(0.88, reserve.Share, 9);
    }

    [Fact]
    public void It_stays_a_share_whatever_is_lost() => TestSeed.Each(50, seed =>
    {
        var (random, reserve) = (new Random((int)seed), new Reserve());
        for (var request = 0; request < 500; request++)
        {
            var value = random.NextDouble() * Math.Pow(10, random.Next(-3, 4));
            if (random.Next(2) == 0) reserve.TooMuch(value);
            else reserve.TooLittle(value);
            Assert.InRange(reserve.Share, 0, 1);
        }
    });
}
