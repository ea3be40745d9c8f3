using Kantor.Core.Randomness;

namespace Kantor.Planning.Tests;

public class AttainmentEstimateTests
{
    [Fact]
    public void Independent_requests_give_an_interval_that_holds_the_truth_in_about_95_of_100_cases()
    {
        var random = new RandomStream(1, "attainment");
        var held = 0;
        for (var round = 0; round < 400; round++)
        {
            var estimate = AttainmentEstimate.Of([[.. Enumerable.Range(0, 400).Select(_ => random.NextDouble() < 0.9)]]);
            if (estimate.Lower <= 0.9 && 0.9 <= estimate.Upper) held++;
        }

        // Being the wider of two intervals it holds the truth a little more often; 0.99 of 400 binomial draws lie above 0.92.
        Assert.InRange(held / 400.0, 0.92, 1);
    }

    [Fact]
    public void Misses_that_come_together_make_the_interval_wider()
    {
        bool[] scattered = [.. Enumerable.Range(0, 1000).Select(index => index % 10 != 0)];
        bool[] together = [.. Enumerable.Range(0, 1000).Select(index => index >= 100)];
        var (calm, bursty) = (AttainmentEstimate.Of([scattered]), AttainmentEstimate.Of([together]));
        Assert.Equal(calm.Mean, bursty.Mean);
        Assert.True(bursty.HalfWidth > 3 * calm.HalfWidth, $"{bursty.HalfWidth} against {calm.HalfWidth}");
    }

    [Fact]
    public void Nothing_but_hits_is_not_certainty()
    {
        var estimate = AttainmentEstimate.Of([[.. Enumerable.Repeat(true, 100)]]);
        Assert.Equal((1.0, 1.0), (estimate.Mean, estimate.Upper));
        Assert.InRange(estimate.Lower, 0.95, 0.97);
        Assert.True(estimate.IsSure(0.95));
        Assert.False(estimate.IsSure(0.99));
    }

    /// <summary>Wilson (1927): where all or none hit, the interval ends at n/(n + z²) or z²/(n + z²); 20 of 40 are 0.3520 to 0.6480.</summary>
    [Fact]
    public void Where_groups_agree_the_interval_is_Wilsons()
    {
        const double square = 1.959963985 * 1.959963985;
        foreach (var requests in (int[])[1, 10, 1000])
        {
            var (all, none) = (AttainmentEstimate.Of([[.. Enumerable.Repeat(true, requests)]]), AttainmentEstimate.Of([new bool[requests]]));
            Assert.Equal(requests / (requests + square), all.Lower, 12);
            Assert.Equal(square / (requests + square), none.Upper, 12);
            Assert.Equal((1.0, 0.0), (all.Upper, none.Lower));
        }

        // One hit in each of the twenty groups of two.
        var half = AttainmentEstimate.Of([[.. Enumerable.Range(0, 40).Select(index => index % 2 == 0)]]);
        Assert.Equal((0.3520, 0.6480), (Math.Round(half.Lower, 4), Math.Round(half.Upper, 4)));
    }

    [Fact]
    public void Sure_is_who_lies_on_one_side_with_the_whole_interval()
    {
        Assert.True(new AttainmentEstimate(100, 1, 0.95, 0.91, 0.99).IsSure(0.9));
        Assert.False(new AttainmentEstimate(100, 1, 0.92, 0.88, 0.96).IsSure(0.9));
        Assert.False(new AttainmentEstimate(100, 1, 0.89, 0.86, 0.92).IsSure(0.9));
        Assert.True(new AttainmentEstimate(100, 1, 0.8, 0.75, 0.85).IsSure(0.9));
    }

    [Fact]
    public void No_requests_are_no_estimate() => Assert.Throws<ArgumentException>(() => AttainmentEstimate.Of([[]]));
}
