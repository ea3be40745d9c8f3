using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Randomness;

public class RandomStreamTests
{
    [Fact]
    public void The_nameless_stream_of_seed_0_is_SplitMix64_with_its_published_numbers__INV_RND_1()
    {
        var stream = new RandomStream(0, "");
        Assert.Equal([0xE220A8397B1DCDAFUL, 0x6E789E6AA1B965F4UL, 0x06C45D188009454FUL], new[] { stream.NextBits(), stream.NextBits(), stream.NextBits() });
    }

    [Fact]
    public void Bits_can_be_read_ahead_without_drawing_them()
    {
        var stream = new RandomStream(7, "arrivals");
        var ahead = Enumerable.Range(0, 20).Select(index => stream.BitsAt((ulong)index)).ToArray();
        Assert.Equal(ahead, Enumerable.Range(0, 20).Select(_ => stream.NextBits()));
    }

    [Fact]
    public void Equal_seed_and_name_give_equal_numbers() => Assert.Equal(Bits(7, "arrivals", 50), Bits(7, "arrivals", 50));

    [Theory]
    [InlineData(7UL, "arrivals", 7UL, "lengths")]
    [InlineData(7UL, "arrivals", 8UL, "arrivals")]
    [InlineData(7UL, "ab", 7UL, "ba")]
    [InlineData(0UL, "a", 0UL, "aa")]
    public void Streams_that_differ_in_seed_or_name_are_independent__INV_RND_2(ulong seed, string name, ulong otherSeed, string otherName)
    {
        const int Samples = 4000;
        var (left, right) = (new RandomStream(seed, name), new RandomStream(otherSeed, otherName));
        var (sum, equalBits) = (0.0, 0L);
        for (var i = 0; i < Samples; i++)
        {
            sum += (left.NextDouble() - 0.5) * (right.NextDouble() - 0.5);
            equalBits += System.Numerics.BitOperations.PopCount(~(left.NextBits() ^ right.NextBits()));
        }

        // Five standard deviations of the correlation, and of the share of equal bits.
        Assert.InRange(sum / Samples * 12, -5 / Math.Sqrt(Samples), 5 / Math.Sqrt(Samples));
        Assert.InRange(equalBits / (64.0 * Samples), 0.5 - (2.5 / Math.Sqrt(64.0 * Samples)), 0.5 + (2.5 / Math.Sqrt(64.0 * Samples)));
    }

    [Fact]
    public void Integers_are_uniform_over_their_range()
    {
        var (stream, counts) = (new RandomStream(3, "dice"), new int[6]);
        for (var i = 0; i < 60_000; i++) counts[stream.NextInt(6)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
    }

    [Fact]
    public void Doubles_lie_in_the_half_open_unit_interval()
    {
        var stream = new RandomStream(4, "doubles");
        for (var i = 0; i < 10_000; i++) Assert.InRange(stream.NextDouble(), 0, Math.BitDecrement(1.0));
    }

    [Fact]
    public void A_range_without_numbers_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new RandomStream(1, "x").NextInt(0));

    private static ulong[] Bits(ulong seed, string name, int count)
    {
        var stream = new RandomStream(seed, name);
        return [.. Enumerable.Range(0, count).Select(_ => stream.NextBits())];
    }
}
