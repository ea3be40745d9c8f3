using Kantor.Core.Randomness;
using Kantor.Workloads.Generators;

namespace Kantor.Workloads.Tests.Generators;

public class ArrivalLawTests
{
    private const int Count = 200_000;

    public static TheoryData<ArrivalLaw, double, double> Renewals => new()
    {
        { new PoissonArrivals(4), 0.25, 1 },
        { new GammaArrivals(4, 0.5), 0.25, 0.5 },
        { new GammaArrivals(4, 3), 0.25, 3 },
        { new WeibullArrivals(4, 0.5), 0.25, 0.5 },
        { new WeibullArrivals(4, 1), 0.25, 1 },
        { new WeibullArrivals(4, 2), 0.25, 2 },
        { new OnOffArrivals(5, 5, 3, 7), 0.2, 1 },

        // An interrupted Poisson process of rate λ with mean phases 1/a (ON) and 1/b (OFF): mean (a + b) / (λ b), cv² = 1 + 2 λ a / (a + b)².
        { new OnOffArrivals(10, 0, 0.5, 2), 0.5, Math.Sqrt(1 + (2 * 10 * 2 / (2.5 * 2.5))) },
    };

    [Theory]
    [MemberData(nameof(Renewals))]
    public void Gaps_have_the_mean_and_the_variation_of_their_law(ArrivalLaw law, double meanS, double cv)
    {
        law.Validate();
        var times = Times(law, Count);
        var gaps = times.Zip(times.Skip(1), (before, after) => (after - before) / 1e6).ToArray();
        Assert.All(gaps, gap => Assert.True(gap >= 0));
        var mean = gaps.Average();
        Assert.InRange(mean / meanS, 0.97, 1.03);
        Assert.InRange(Math.Sqrt(gaps.Average(gap => gap * gap) - (mean * mean)) / mean / cv, 0.97, 1.03);
    }

    [Fact]
    public void Weibull_gaps_of_shape_one_half_have_the_median_of_the_closed_form()
    {
        // Shape 1/2: cv² = Γ(5)/Γ(3)² − 1 = 5, mean = 2 · scale, median = scale · ln²2.
        var times = Times(new WeibullArrivals(1, Math.Sqrt(5)), Count);
        var gaps = times.Zip(times.Skip(1), (before, after) => (after - before) / 1e6).Order().ToArray();
        Assert.InRange(gaps[gaps.Length / 2] / (0.5 * Math.Log(2) * Math.Log(2)), 0.97, 1.03);
    }

    [Fact]
    public void A_days_swing_puts_its_share_into_the_half_about_the_peak()
    {
        var times = Times(new DiurnalArrivals(10, 0.8, 1000), Count);
        Assert.InRange(times[^1] / 1e6, 0.98 * Count / 10, 1.02 * Count / 10);
        var inPeakHalf = times.Count(atUs => (atUs / 1e9) % 1 is >= 0.25 and < 0.75) / (double)Count;
        // ∫ (1 − A cos 2πx) over the middle half = 1/2 + A/π.
        Assert.InRange(inPeakHalf, 0.5 + (0.8 / Math.PI) - 0.01, 0.5 + (0.8 / Math.PI) + 0.01);
    }

    [Fact]
    public void A_window_holds_its_law_between_its_ends_and_nothing_else()
    {
        var times = new WindowArrivals(new PoissonArrivals(100), 10, 40).TimesUs(new RandomStream(3, "x")).ToArray();
        Assert.InRange(times.Length, 2800, 3200);
        Assert.InRange(times[0], 10e6, 11e6);
        Assert.InRange(times[^1], 39e6, 40e6);
    }

    [Fact]
    public void At_once_is_time_0_and_equal_seeds_give_equal_times()
    {
        Assert.All(Times(new ArrivalsAtOnce(), 5), atUs => Assert.Equal(0, atUs));
        Assert.Equal(Times(new GammaArrivals(1, 2), 50), Times(new GammaArrivals(1, 2), 50));
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        ArrivalLaw[] wrong =
        [
            new PoissonArrivals(0), new PoissonArrivals(double.NaN), new GammaArrivals(1, 0), new GammaArrivals(1, 21), new WeibullArrivals(1, double.NaN), new WeibullArrivals(-1, 1),
            new OnOffArrivals(0, 0, 1, 1), new OnOffArrivals(1, -1, 1, 1), new OnOffArrivals(1, 0, 0, 1), new OnOffArrivals(1, 0, 1, double.PositiveInfinity),
            new DiurnalArrivals(1, 1.1, 1), new DiurnalArrivals(1, 0.5, 0), new DiurnalArrivals(0, 0.5, 1),
            new WindowArrivals(new PoissonArrivals(1), 5, 5), new WindowArrivals(new PoissonArrivals(1), -1, 5), new WindowArrivals(new PoissonArrivals(0), 0, 5), new WindowArrivals(new ArrivalsAtOnce(), 0, 5),
        ];
        Assert.All(wrong, law => Assert.Throws<ArgumentOutOfRangeException>(law.Validate));
    }

    private static double[] Times(ArrivalLaw law, int count) => [.. law.TimesUs(new RandomStream(11, "arrivals")).Take(count)];
}
