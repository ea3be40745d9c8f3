using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.StepTime;

public class StepTimeFitterTests
{
    private static readonly LinearStepTime Truth = new(8_000, 55, 210, 0.4, 0.002);

    [Fact]
    public void Exact_steps_give_the_exact_coefficients()
    {
        var fitter = new StepTimeFitter();
        foreach (var load in Loads(200)) fitter.Observe(load, Truth.StepUs(load));
        AssertClose(Truth, fitter.Fit(), 1e-6);
        Assert.Equal(200, fitter.Samples);
    }

    [Fact]
    public void Noise_of_ten_percent_leaves_the_forecast_within_three_percent()
    {
        var noise = new RandomStream(5, "noise");
        var fitter = new StepTimeFitter();
        foreach (var load in Loads(2_000)) fitter.Observe(load, Truth.StepUs(load) * (0.9 + (0.2 * noise.NextDouble())));
        foreach (var load in Loads(50)) Assert.InRange(fitter.Fit().StepUs(load) / Truth.StepUs(load), 0.97, 1.03);
    }

    [Fact]
    public void Of_a_hundred_steps_five_take_longer_than_the_forecast_with_its_margin()
    {
        var noise = new RandomStream(6, "noise");
        var fitter = new StepTimeFitter();
        var (longer, seen) = (0, 0);
        foreach (var load in Loads(6_000))
        {
            var us = Truth.StepUs(load) * (0.8 + (0.4 * noise.NextDouble()));
            if (seen++ >= 2_000 && us > fitter.Fit().StepUs(load) * fitter.UpperRatio) longer++;
            fitter.Observe(load, us);
        }

        Assert.InRange(longer / 4_000.0, 0.03, 0.07);
        Assert.InRange(fitter.UpperRatio, 1.1, 1.25);
    }

    [Fact]
    public void Steps_without_noise_need_no_margin()
    {
        var fitter = new StepTimeFitter();
        foreach (var load in Loads(2_000)) fitter.Observe(load, Truth.StepUs(load));
        Assert.InRange(fitter.UpperRatio, 1, 1.02);
    }

    [Fact]
    public void No_coefficient_is_negative_even_when_the_steps_ask_for_it()
    {
        var fitter = new StepTimeFitter();
        for (var decodes = 1; decodes <= 40; decodes++) fitter.Observe(new StepLoad(0, decodes, 100L * decodes, 0), 10_000 - (100 * decodes));
        var fit = fitter.Fit();
        Assert.True(fit is { FixedUs: >= 0, PrefillTokenUs: >= 0, DecodeSequenceUs: >= 0, ResidentKvTokenUs: >= 0 }, fit.ToString());
        Assert.InRange(fit.FixedUs, 7_000, 9_000);
    }

    [Fact]
    public void Short_steps_count_as_much_as_long_ones_when_errors_are_relative()
    {
        var (absolute, relative) = (new StepTimeFitter(), new StepTimeFitter(new StepTimeFitterOptions { Relative = true }));
        foreach (var load in Loads(400))
        {
            var curved = Truth.StepUs(load) + (1e-8 * load.ResidentKvTokens * load.ResidentKvTokens * load.PrefillTokens);
            absolute.Observe(load, curved);
            relative.Observe(load, curved);
        }

        var shortStep = new StepLoad(0, 2, 500, 0);
        double Error(StepTimeFitter fitter) => Math.Abs((fitter.Fit().StepUs(shortStep) / Truth.StepUs(shortStep)) - 1);
        Assert.True(Error(relative) < Error(absolute), $"{Error(relative)} {Error(absolute)}");
    }

    [Fact]
    public void One_step_is_explained_by_the_fixed_cost_alone()
    {
        var fitter = new StepTimeFitter();
        fitter.Observe(new StepLoad(10, 3, 500, 0), 700);
        Assert.Equal(700, fitter.Fit().FixedUs, 6);
        Assert.Null(fitter.MeanAbsoluteErrorUs);
        Assert.Equal(700, fitter.MeanStepUs!.Value, 6);
    }

    [Fact]
    public void A_change_of_the_machine_is_followed_because_old_steps_are_forgotten()
    {
        var slower = new LinearStepTime(16_000, 110, 420, 0.8);
        var forgetting = new StepTimeFitter(new StepTimeFitterOptions { Forgetting = 0.98 });
        var remembering = new StepTimeFitter(new StepTimeFitterOptions { Forgetting = 1 });
        foreach (var load in Loads(1_000))
        {
            forgetting.Observe(load, Truth.StepUs(load));
            remembering.Observe(load, Truth.StepUs(load));
        }

        foreach (var load in Loads(1_000))
        {
            forgetting.Observe(load, slower.StepUs(load));
            remembering.Observe(load, slower.StepUs(load));
        }

        AssertClose(slower, forgetting.Fit(), 1e-3);
        Assert.True(forgetting.MeanAbsoluteErrorUs < 0.1 * remembering.MeanAbsoluteErrorUs);
    }

    [Fact]
    public void The_error_is_that_of_forecasts_made_before_the_step_was_seen()
    {
        var fitter = new StepTimeFitter(new StepTimeFitterOptions { Forgetting = 1 });
        fitter.Observe(new StepLoad(0, 1, 0, 0), 100);
        fitter.Observe(new StepLoad(0, 1, 0, 0), 160);
        Assert.Equal(60, fitter.MeanAbsoluteErrorUs!.Value, 6);
        Assert.Equal(130, fitter.Fit().StepUs(new StepLoad(0, 1, 0, 0)), 6);
    }

    [Fact]
    public void Before_the_first_step_the_prior_is_given()
    {
        var prior = new LinearStepTime(1, 2, 3, 4);
        Assert.Equal(prior, new StepTimeFitter(new StepTimeFitterOptions { Prior = prior }).Fit());
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1.0)]
    public void A_time_that_is_none_is_refused(double stepUs) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepTimeFitter().Observe(new StepLoad(1, 0, 0, 0), stepUs));

    [Fact]
    public void An_empty_step_is_refused() => Assert.Throws<ArgumentException>(() => new StepTimeFitter().Observe(default, 5));

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Forgetting_out_of_range_is_refused(double forgetting) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepTimeFitter(new StepTimeFitterOptions { Forgetting = forgetting }));

    private static IEnumerable<StepLoad> Loads(int count)
    {
        var random = new RandomStream(3, "loads");
        for (var i = 0; i < count; i++)
        {
            yield return new StepLoad(random.NextInt(2) * random.NextInt(512), 1 + random.NextInt(64), random.NextInt(100_000), 0);
        }
    }

    private static void AssertClose(LinearStepTime expected, LinearStepTime actual, double relative)
    {
        Assert.InRange(actual.FixedUs, expected.FixedUs * (1 - relative), expected.FixedUs * (1 + relative));
        Assert.InRange(actual.PrefillTokenUs, expected.PrefillTokenUs * (1 - relative), expected.PrefillTokenUs * (1 + relative));
        Assert.InRange(actual.DecodeSequenceUs, expected.DecodeSequenceUs * (1 - relative), expected.DecodeSequenceUs * (1 + relative));
        Assert.InRange(actual.ResidentKvTokenUs, expected.ResidentKvTokenUs * (1 - relative), expected.ResidentKvTokenUs * (1 + relative));
        Assert.InRange(actual.RowKvTokenUs, expected.RowKvTokenUs * (1 - relative), expected.RowKvTokenUs * (1 + relative));
    }
}
