using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.StepTime;

namespace Kantor.Core.Tests.StepTime;

public class OctaveGridTests
{
    [Fact]
    public void Powers_of_two_are_exact()
    {
        var grid = new OctaveGrid((x, y) => 5 + (2 * x) + (3 * y), 10, 20);
        for (var x = 1; x <= 1024; x *= 2)
        {
            for (var y = 1; y <= 1 << 20; y *= 4) Assert.Equal(5 + (2.0 * x) + (3.0 * y), grid.At(x, y), 1e-6);
        }
    }

    [Fact]
    public void A_bilinear_function_is_exact_everywhere_inside()
    {
        var grid = new OctaveGrid((x, y) => 1 + (0.5 * x) + (0.25 * y) + (0.125 * x * y), 8, 8);
        for (var x = 1; x <= 256; x += 7)
        {
            for (var y = 1; y <= 256; y += 5) Assert.Equal(1 + (0.5 * x) + (0.25 * y) + (0.125 * x * y), grid.At(x, y), 1e-9);
        }
    }

    [Fact]
    public void Nothing_takes_less_when_there_is_more_of_it()
    {
        var rough = new OctaveGrid((x, y) => 10 + (y / x) + (3 * Math.Abs(Math.Sin(x + y))), 6, 12);
        Prop.ForAll(
            Gen.Choose(1, 200).Four().ToArbitrary(),
            sides =>
            {
                var (x, y, moreX, moreY) = sides;
                var at = rough.At(x, 40.0 * y);
                return rough.At(x + moreX, 40.0 * y) >= at && rough.At(x, 40.0 * (y + moreY)) >= at;
            }).Holds();
    }

    [Fact]
    public void Work_that_is_spread_wider_is_not_made_dearer_by_the_narrow_case()
    {
        var grid = new OctaveGrid((x, y) => y / Math.Min(x, 32), 6, 12);
        Assert.Equal(4096 / 32, grid.At(32, 4096), 1e-9);
    }

    [Fact]
    public void Outside_the_value_grows_in_proportion()
    {
        var grid = new OctaveGrid((x, y) => x * y, 4, 4);
        Assert.Equal(16.0 * 16 * 4, grid.At(64, 16), 1e-9);
        Assert.Equal(16.0 * 16 * 8, grid.At(16, 128), 1e-9);
    }

    [Fact]
    public void A_negative_time_is_refused() => Assert.Throws<ArgumentException>(() => new OctaveGrid((_, _) => -1, 2, 2));
}
