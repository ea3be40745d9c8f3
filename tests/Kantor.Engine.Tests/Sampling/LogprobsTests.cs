using Kantor.Engine.Sampling;

namespace Kantor.Engine.Tests.Sampling;

public class LogprobsTests
{
    [Fact]
    public void They_are_the_logarithms_of_the_softmax()
    {
        float[] logits = [1, 2, 3, -4];
        var logprobs = new Logprobs(4);
        Assert.True(logprobs.Read(logits, 0));
        var sum = logits.Sum(logit => Math.Exp(logit));
        for (var token = 0; token < 4; token++) Assert.Equal(Math.Log(Math.Exp(logits[token]) / sum), logprobs.Of(token), 1e-6);
    }

    [Fact]
    public void The_best_come_first_and_the_lower_id_first_among_equals()
    {
        var logprobs = new Logprobs(6);
        Assert.True(logprobs.Read([2, 5, 1, 5, 9, 2], 4));
        Assert.Equal([4, 1, 3, 0], Enumerable.Range(0, logprobs.Count).Select(logprobs.Alternative));
    }

    [Fact]
    public void The_best_of_a_large_vocabulary_are_those_that_sorting_puts_in_front()
    {
        var random = new Kantor.Core.Randomness.RandomStream(8, "large");
        for (var round = 0; round < 200; round++)
        {
            var logits = Enumerable.Range(0, 1_000).Select(_ => (float)random.NextInt(300)).ToArray();
            var logprobs = new Logprobs(1_000);
            var count = random.NextInt(21);
            Assert.True(logprobs.Read(logits, count));
            Assert.Equal(
                Enumerable.Range(0, 1_000).OrderByDescending(token => logits[token]).ThenBy(token => token).Take(count),
                Enumerable.Range(0, logprobs.Count).Select(logprobs.Alternative));
        }
    }

    [Fact]
    public void There_are_no_more_alternatives_than_tokens()
    {
        var logprobs = new Logprobs(3);
        Assert.True(logprobs.Read([1, 2, 3], 20));
        Assert.Equal(3, logprobs.Count);
    }

    [Fact]
    public void What_is_impossible_has_the_floor_and_no_infinity__D7()
    {
        var logprobs = new Logprobs(3);
        Assert.True(logprobs.Read([float.NegativeInfinity, 0, -1e30f], 3));
        Assert.Equal(-9999, logprobs.Of(0));
        Assert.Equal(-9999, logprobs.Of(2));
        Assert.Equal(0, logprobs.Of(1), 1e-6);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_distribution_have_none(float value) => Assert.False(new Logprobs(3).Read([0, value, 0], 1));
}
