using Kantor.Bounds.Hindsight;
using Kantor.Core.Randomness;

namespace Kantor.Bounds.Tests.Hindsight;

public class SegmentDecayTests
{
    [Fact]
    public void ACC_9_5_the_root_of_the_notes_example_is_0_822_and_its_bound_0_8()
    {
        Assert.Equal(0.822, SegmentDecay.Rate(10, 6, 0.5), 3);
        Assert.Equal(0.8, SegmentDecay.RateMin(10, 6, 0.5), 12);
    }

    [Fact]
    public void The_rate_solves_its_equation_and_is_never_below_its_bound()
    {
        var random = new RandomStream(1, "decay");
        for (var number = 0; number < 500; number++)
        {
            var (before, share) = (1 + (50 * random.NextDouble()), 0.02 + (0.96 * random.NextDouble()));
            var limit = before * (share + ((1 - share) * (0.01 + (0.98 * random.NextDouble()))));
            var theta = SegmentDecay.Rate(before, limit, share);
            Assert.Equal(0, (-theta * limit) + (before * Math.Log(1 - share + (share * Math.Exp(theta)))), 6);
            Assert.True(theta >= SegmentDecay.RateMin(before, limit, share) && theta > 0);
        }
    }

    /// <summary>The queue of batches of survivors, sampled: P(Q ≥ x) falls by exp(−θ) a place.</summary>
    [Fact]
    public void The_queue_thins_out_at_that_rate()
    {
        var random = new RandomStream(2, "queue");
        var (queue, longer) = (0, new long[12]);
        for (var batch = 0; batch < 200_000; batch++)
        {
            for (var request = 0; request < 10; request++) queue += random.NextDouble() < 0.5 ? 1 : 0;
            queue = Math.Max(0, queue - 6);
            for (var length = 0; length < longer.Length && queue >= length; length++) longer[length]++;
        }

        var measured = Math.Log((double)longer[1] / longer[6]) / 5;
        Assert.InRange(measured / SegmentDecay.Rate(10, 6, 0.5), 0.95, 1.05);
    }

    [Theory]
    [InlineData(10, 5, 0.5)]
    [InlineData(10, 10, 0.5)]
    [InlineData(0, 1, 0.5)]
    [InlineData(10, 6, 0.0)]
    [InlineData(10, 6, 1.0)]
    [InlineData(10, double.NaN, 0.5)]
    public void Limits_without_a_positive_root_are_refused(double limitBefore, double limit, double survivalShare) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SegmentDecay.Rate(limitBefore, limit, survivalShare));
}
