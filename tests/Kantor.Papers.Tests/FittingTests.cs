using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Papers.Fitting;

namespace Kantor.Papers.Tests;

public class FittingTests
{
    [Fact]
    public void Coefficients_that_made_the_values_are_found_again_and_none_is_negative() => TestSeed.Each(50, seed =>
    {
        var random = new RandomStream(seed, "fit");
        double[] truth = [.. Enumerable.Range(0, 4).Select(_ => random.NextInt(3) == 0 ? 0 : 0.1 + random.NextDouble())];
        double[][] rows = [.. Enumerable.Range(0, 40).Select(_ => (double[])[1, random.NextDouble(), 10 * random.NextDouble(), 100 * random.NextDouble()])];
        double[] values = [.. rows.Select(row => row.Zip(truth).Sum(pair => pair.First * pair.Second))];
        var (found, squares) = NonNegativeFit.Of(rows, values);
        Assert.All(found.Zip(truth), pair => Assert.Equal(pair.Second, pair.First, 5));
        Assert.InRange(squares, -1e-4, 1e-4);
    });

    [Fact]
    public void A_column_that_would_be_negative_is_left_out_and_the_others_take_the_best_they_can()
    {
        // Values fall with the second column, so that the mean is the best that is left.
        var (found, squares) = NonNegativeFit.Of([[1, 0], [1, 1], [1, 2]], [3, 2, 1]);
        Assert.Equal(2, found[0], 9);
        Assert.Equal(0, found[1]);
        Assert.Equal(2, squares, 9);
    }

    [Fact]
    public void The_saturating_form_is_recognised_from_steps_that_follow_it()
    {
        var truth = new SaturatingStepTime(0.05, 0.004, [4, 2, 0.01, 0.02, 0.01]);
        var random = new RandomStream(1, "steps");
        StepSample[] steps = [.. Enumerable.Range(0, 400).Select(_ => Step(random, truth))];
        var fit = SaturatingStepTime.Fit(steps);
        Assert.All(steps, step => Assert.InRange(fit.Ms(step) / step.Ms, 0.97, 1.03));
    }

    private static StepSample Step(RandomStream random, SaturatingStepTime truth)
    {
        var sequences = 1 + random.NextInt(128);
        var step = new StepSample(default(StepLoad), sequences, sequences + random.NextInt(2_000), 0);
        return step with { Ms = truth.Ms(step) };
    }
}
