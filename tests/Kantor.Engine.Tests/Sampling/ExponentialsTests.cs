using Kantor.Core.Randomness;
using Kantor.Engine.Sampling;

namespace Kantor.Engine.Tests.Sampling;

public class ExponentialsTests
{
    [Fact]
    public void Weights_are_exponentials_to_the_last_digits_of_single_precision() => TestSeed.Each(20, seed =>
    {
        var random = new RandomStream(seed, "exponentials");
        var (most, scale) = ((float)((random.NextDouble() * 40) - 20), (float)(0.1 + (2 * random.NextDouble())));
        var values = Enumerable.Range(0, 1 + random.NextInt(3_000)).Select(_ => most - (float)(random.NextDouble() * 86 / scale)).ToArray();
        var weights = new float[values.Length];
        Exponentials.Write(values, most, scale, weights);
        for (var index = 0; index < values.Length; index++)
        {
            var expected = Math.Exp((values[index] - most) * scale);
            Assert.InRange(weights[index] / expected, 1 - 3e-7, 1 + 3e-7);
        }
    });

    [Fact]
    public void The_most_weighs_1_and_what_is_masked_or_lost_0()
    {
        float[] values = [5, float.NegativeInfinity, -83, -3.4e38f, 4];
        var weights = new float[5];
        Exponentials.Write(values, 5, 1, weights);
        Assert.Equal([1, 0, 0, 0], weights[..4]);
        Assert.Equal(Math.Exp(-1), weights[4], 1e-7);
    }

    [Fact]
    public void Where_a_value_stands_makes_no_difference()
    {
        var values = Enumerable.Range(0, 61).Select(index => -0.37f * index).ToArray();
        var whole = new float[values.Length];
        Exponentials.Write(values, 0, 1.3f, whole);
        for (var from = 0; from < values.Length; from++)
        {
            var part = new float[values.Length - from];
            Exponentials.Write(values.AsSpan(from), 0, 1.3f, part);
            Assert.Equal(whole[from..], part);
        }
    }

    [Fact]
    public void Weights_may_be_written_over_the_values()
    {
        var values = Enumerable.Range(0, 21).Select(index => -0.37f * index).ToArray();
        var weights = new float[values.Length];
        Exponentials.Write(values, 0, 1, weights);
        Exponentials.Write(values, 0, 1, values);
        Assert.Equal(weights, values);
    }
}
