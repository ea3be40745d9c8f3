using FsCheck;
using FsCheck.Fluent;
using Kantor.Reports.Pages;

namespace Kantor.Reports.Tests.Pages;

public class ChartAxisTests
{
    [Fact]
    public void Every_figure_has_a_place_on_its_axis_and_ticks_are_few_round_and_within() =>
        Prop.ForAll(
            Gen.Choose(1, 1_000_000).Select(thousandths => thousandths / 1000.0).NonEmptyListOf().ToArbitrary(),
            figures =>
            {
                Assert.All(figures, figure => Assert.InRange(ChartAxis.Linear(figures.Select(each => -each), ChartAxis.Short).Place(-figure)!.Value, 0, 1));
                foreach (var axis in (ChartAxis[])[ChartAxis.Linear(figures, ChartAxis.Short), ChartAxis.Log(figures, ChartAxis.Short)])
                {
                    Assert.All(figures, figure => Assert.InRange(axis.Place(figure)!.Value, 0, 1));
                    var ticks = axis.Ticks().ToArray();
                    Assert.InRange(ticks.Length, 1, 9);
                    Assert.All(ticks, tick => Assert.InRange(tick, axis.Min, axis.Max));
                    Assert.Equal(ticks.Order(), ticks);
                }
            }).Holds();

    [Fact]
    public void A_logarithmic_axis_has_no_place_for_nothing_and_an_empty_axis_still_has_ticks()
    {
        Assert.Null(ChartAxis.Log([1, 10], ChartAxis.Short).Place(0));
        Assert.NotEmpty(ChartAxis.Log([], ChartAxis.Short).Ticks());
        Assert.NotEmpty(ChartAxis.Linear([], ChartAxis.Short).Ticks());
    }

    [Theory]
    [InlineData(0.25, "250 µs")]
    [InlineData(0, "0 ms")]
    [InlineData(20, "20 ms")]
    [InlineData(2500, "2.5 s")]
    [InlineData(1_000_000, "1,000 s")]
    public void Durations_have_the_unit_that_suits_them(double ms, string expected) => Assert.Equal(expected, ChartAxis.Duration(ms));
}
