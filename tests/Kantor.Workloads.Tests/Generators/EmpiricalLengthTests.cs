using Kantor.Core.Randomness;
using Kantor.Workloads.Generators;

namespace Kantor.Workloads.Tests.Generators;

public class EmpiricalLengthTests
{
    [Fact]
    public void Lengths_come_as_often_as_they_were_counted_and_those_without_weight_never()
    {
        var law = new EmpiricalLength([new(100, 1), new(7, 3), new(50, 0)]);
        var random = new RandomStream(1, "lengths");
        var drawn = Enumerable.Range(0, 40_000).Select(_ => law.Draw(random)).ToArray();
        Assert.InRange(drawn.Count(length => length == 7), 29_500, 30_500);
        Assert.Equal([7, 100], drawn.Distinct().Order());
    }

    [Fact]
    public void A_sample_draws_its_own_values()
    {
        var law = EmpiricalLength.Of([5, 5, 5, 9]);
        var random = new RandomStream(1, "lengths");
        Assert.InRange(Enumerable.Range(0, 40_000).Average(_ => law.Draw(random)), 5.9, 6.1);
    }

    [Fact]
    public void Lognormal_lengths_have_the_mean_and_median_of_the_closed_form()
    {
        var law = new LognormalLength(1000, 0.5, 1, 10_000_000);
        var random = new RandomStream(1, "lengths");
        var drawn = Enumerable.Range(0, 100_000).Select(_ => law.Draw(random)).Order().ToArray();
        Assert.InRange(drawn[50_000], 985, 1015);
        Assert.InRange(drawn.Average() / (1000 * Math.Exp(0.125)), 0.99, 1.01);
    }

    [Fact]
    public void Weights_that_are_none_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new EmpiricalLength([]));
        Assert.Throws<ArgumentException>(() => new EmpiricalLength([new(5, 0)]));
        Assert.Throws<ArgumentException>(() => new EmpiricalLength([new(5, 1), new(6, -1)]));
        Assert.Throws<ArgumentException>(() => new EmpiricalLength([new(5, double.NaN)]));
    }
}
