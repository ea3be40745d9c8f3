using Kantor.Core.Randomness;
using Kantor.Engine.Sampling;

namespace Kantor.Engine.Tests.Sampling;

public class LogitBlocksTests
{
    [Fact]
    public void They_know_the_largest_logit_where_it_first_stands_and_what_enough_tokens_reach()
    {
        var random = new RandomStream(5, "blocks");
        for (var round = 0; round < 500; round++)
        {
            var logits = Enumerable.Range(0, 1 + random.NextInt(700)).Select(_ => (float)random.NextInt(200)).ToArray();
            var blocks = new LogitBlocks(logits.Length);
            Assert.True(blocks.TryRead(logits));
            Assert.Equal(logits.Max(), blocks.Most);
            Assert.Equal(Array.IndexOf(logits, logits.Max()), blocks.FirstMost(logits));
            var count = 1 + random.NextInt(12);
            var reached = blocks.ReachedBy(count);
            Assert.True(float.IsNegativeInfinity(reached) ? count > blocks.Count : logits.Count(logit => logit >= reached) >= count);
        }
    }

    [Fact]
    public void A_nan_anywhere_is_seen()
    {
        for (var place = 0; place < 200; place++)
        {
            var logits = new float[200];
            logits[place] = float.NaN;
            Assert.False(new LogitBlocks(200).TryRead(logits));
        }
    }

    [Fact]
    public void A_share_of_the_sum_is_found_where_a_plain_walk_finds_it_and_never_on_a_weight_of_zero()
    {
        var random = new RandomStream(6, "sums");
        for (var round = 0; round < 300; round++)
        {
            var weights = Enumerable.Range(0, 1 + random.NextInt(900)).Select(_ => (float)Math.Max(0, random.NextInt(9) - 5)).ToArray();
            if (weights.Sum() == 0) continue;
            var sums = new BlockSums(weights.Length);
            sums.Read(weights);
            Assert.Equal(weights.Sum(), sums.Total);
            var share = random.NextDouble();
            var (walked, expected) = (0.0, 0);
            while ((walked += weights[expected]) <= share * sums.Total) expected++;
            Assert.Equal(expected, sums.Find(weights, share));
            Assert.True(weights[sums.Find(weights, 1)] > 0);
        }
    }
}
