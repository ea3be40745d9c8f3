using Kantor.Simulation.Metrics;

namespace Kantor.Simulation.Tests.Metrics;

public class StudentTTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(17)]
    [InlineData(30)]
    [InlineData(31)]
    [InlineData(200)]
    public void Ninety_five_per_cent_of_the_density_lie_within_the_point(int degrees)
    {
        // Simpson's rule on the density with x = tan(a), which is finite everywhere.
        var end = Math.Atan(StudentT.Point95(degrees) / Math.Sqrt(degrees));
        Assert.Equal(0.95, Integral(end) / Integral(Math.PI / 2), 4);

        double Integral(double upTo)
        {
            const int parts = 2000;
            var sum = 0.0;
            for (var part = 0; part <= parts; part++) sum += (part is 0 or parts ? 1 : part % 2 == 1 ? 4 : 2) * Math.Pow(Math.Cos(upTo * part / parts), degrees - 1);
            return sum * upTo / parts / 3;
        }
    }

    [Fact]
    public void The_interval_of_a_mean_is_that_of_the_textbook()
    {
        // 8, 10, 12: s = 2, t(2) = 4.3027.
        Assert.Equal(4.3027 * 2 / Math.Sqrt(3), StudentT.HalfWidth95([8, 10, 12])!.Value, 4);
        Assert.Equal(0, StudentT.HalfWidth95([3, 3]));
        Assert.Null(StudentT.HalfWidth95([3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Point95(0));
    }

    [Fact]
    public void Nineteen_of_twenty_intervals_hold_the_true_mean()
    {
        var random = new Core.Randomness.RandomStream(5, "intervals");
        var held = Enumerable.Range(0, 4000).Count(_ =>
        {
            double[] values = [.. Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, 12).Sum(_ => random.NextDouble()) - 6)];
            return Math.Abs(values.Average()) <= StudentT.HalfWidth95(values);
        });
        Assert.InRange(held / 4000.0, 0.94, 0.96);
    }
}
