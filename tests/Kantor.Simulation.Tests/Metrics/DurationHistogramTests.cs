using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.Statistics;
using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Tests.Metrics;

public class DurationHistogramTests
{
    private static readonly double[] Quantiles = [0, 0.01, 0.5, 0.9, 0.99, 1];

    [Fact]
    public void Every_percentile_is_within_the_stated_error_of_the_sorted_values()
    {
        var property = Prop.ForAll<long[]>(drawn =>
        {
            var values = drawn.Select(value => value & long.MaxValue).Concat(drawn.Select(value => (value & long.MaxValue) >> 30)).Order().ToArray();
            if (values.Length == 0) return true;
            var histogram = Of(values);
            return Quantiles.All(quantile => Math.Abs(histogram.PercentileUs(quantile)!.Value - Percentile.Of(values, quantile)) <= 0.002 * Percentile.Of(values, quantile));
        });
        property.Holds(500);
    }

    [Fact]
    public void Mean_and_maximum_are_exact_and_so_are_short_gaps()
    {
        var histogram = Of([1, 2, 511, 1_000_003]);
        Assert.Equal(250_129.25, histogram.MeanUs);
        Assert.Equal(1_000_003, histogram.MaxUs);
        Assert.Equal(2, histogram.PercentileUs(0.5));
        Assert.Equal(511, histogram.PercentileUs(0.75));
    }

    [Fact]
    public void Many_equal_gaps_at_once_are_as_many_single_ones()
    {
        var (single, bulk) = (Of([7, 7, 7, 40_000, 40_000]), new DurationHistogram());
        bulk.Add(7, 3);
        bulk.Add(40_000, 2);
        Assert.Equal((single.Count, single.MaxUs, single.MeanUs), (bulk.Count, bulk.MaxUs, bulk.MeanUs));
        Assert.All(Quantiles, quantile => Assert.Equal(single.PercentileUs(quantile), bulk.PercentileUs(quantile)));
        Assert.Throws<ArgumentOutOfRangeException>(() => bulk.Add(7, 0));
    }

    [Fact]
    public void The_extreme_values_of_the_type_are_counted()
    {
        var histogram = Of([0, long.MaxValue, long.MaxValue]);
        Assert.Equal(long.MaxValue, histogram.MaxUs);
        Assert.Equal(0, histogram.PercentileUs(0.1));
        Assert.Equal(long.MaxValue, histogram.MeanUs!.Value * 1.5, 1e6);
    }

    [Fact]
    public void Nothing_counted_has_no_figures()
    {
        var histogram = new DurationHistogram();
        Assert.Null(histogram.MeanUs);
        Assert.Null(histogram.PercentileUs(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Add(-1));
    }

    [Fact]
    public void A_summary_is_in_milliseconds_and_absent_for_nothing()
    {
        Assert.Equal(new LatencySummary(0.301, 0.3, 0.5, 0.5, 0.5), LatencySummary.Of(Of([300, 102, 500])));
        Assert.Null(LatencySummary.Of(new DurationHistogram()));
    }

    private static DurationHistogram Of(IEnumerable<long> values)
    {
        var histogram = new DurationHistogram();
        foreach (var value in values) histogram.Add(value);
        return histogram;
    }
}
