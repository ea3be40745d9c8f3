using Kantor.Core.Statistics;

namespace Kantor.Core.Tests.Statistics;

public class PercentileTests
{
    [Theory]
    [InlineData(0.0, 1)]
    [InlineData(0.5, 50)]
    [InlineData(0.9, 90)]
    [InlineData(0.99, 99)]
    [InlineData(0.991, 100)]
    [InlineData(1.0, 100)]
    public void The_nearest_rank_is_the_smallest_value_that_the_share_does_not_exceed(double quantile, long expected)
    {
        var values = Enumerable.Range(1, 100).Select(value => (long)value).ToArray();
        Assert.Equal(expected, Percentile.Of(values, quantile));
    }

    [Fact]
    public void A_share_in_whole_per_cent_of_100_values_is_that_rank_however_it_is_rounded_in_binary() =>
        Assert.Equal(Enumerable.Range(1, 100), Enumerable.Range(1, 100).Select(percent => (int)Percentile.Rank(percent / 100.0, 100)));

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_quantile_outside_0_to_1_is_refused(double quantile) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Percentile.Rank(quantile, 10));
}
