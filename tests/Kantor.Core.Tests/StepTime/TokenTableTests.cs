using Kantor.Core.StepTime;

namespace Kantor.Core.Tests.StepTime;

public class TokenTableTests
{
    [Fact]
    public void Small_counts_are_exact_and_large_ones_lie_between_their_neighbours()
    {
        var table = new TokenTable(count => 10 + Math.Sqrt(count), 8192);
        Assert.Equal(0, table.At(0));
        for (var count = 1; count <= TokenTable.ExactMax; count++) Assert.Equal(10 + Math.Sqrt(count), table.At(count));
        for (var count = 1025; count <= 8192; count += 77) Assert.Equal(10 + Math.Sqrt(count), table.At(count), 0.01);
    }

    [Fact]
    public void Beyond_the_table_the_last_slope_goes_on()
    {
        var table = new TokenTable(count => 3.0 * count, 2048);
        Assert.Equal(3.0 * 100_000, table.At(100_000), 1e-6);
    }

    [Fact]
    public void A_function_that_falls_is_kept_from_falling()
    {
        var table = new TokenTable(count => 1000 + (100 * Math.Sin(count)), 4096);
        for (var count = 1; count < 10_000; count++) Assert.True(table.At(count + 1) >= table.At(count));
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_time_that_is_none_is_refused(double value) => Assert.Throws<ArgumentException>(() => new TokenTable(_ => value, 16));
}
