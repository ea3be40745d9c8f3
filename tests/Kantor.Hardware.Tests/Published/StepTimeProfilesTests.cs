using FsCheck;
using FsCheck.Fluent;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Hardware.Tests.Published;

public class StepTimeProfilesTests
{
    [Theory]
    [InlineData(1021, 3, 206.15)]
    [InlineData(1024, 0, 205.77)]
    [InlineData(0, 1, 46.8)]
    [InlineData(0, 128, 189.3)]
    [InlineData(512, 0, 107.44)]
    public void Yi_34b_gives_the_table_of_its_origin_in_milliseconds(int prefillTokens, int decodes, double ms)
    {
        var load = new StepLoad(prefillTokens, decodes, 0, (double)prefillTokens * prefillTokens);
        Assert.Equal(ms, StepTimeProfiles.Yi34BA100Tp2.StepTime.StepUs(load) / 1000, 0.02);
    }

    [Theory]
    [InlineData(8192, 1863)]
    [InlineData(16384, 4408)]
    public void Yi_34b_whole_prompts_take_what_was_measured_within_ten_percent(int promptTokens, double measuredMs)
    {
        var load = default(StepLoad).With(promptTokens, 0, isDecode: false);
        Assert.InRange(StepTimeProfiles.Yi34BA100Tp2.StepTime.StepUs(load) / 1000, measuredMs * 0.9, measuredMs * 1.1);
    }

    [Fact]
    public void Chunks_of_a_prompt_cost_its_attention_once()
    {
        var whole = default(StepLoad).With(1000, 0, isDecode: false).PrefillAttention;
        var parts = default(StepLoad).With(400, 0, false).PrefillAttention + default(StepLoad).With(600, 400, false).PrefillAttention;
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void More_of_anything_never_takes_less_time()
    {
        var loads = from prefill in Gen.Choose(0, 5000)
                    from decodes in Gen.Choose(0, 300)
                    from resident in Gen.Choose(0, 1_000_000)
                    from attention in Gen.Choose(0, 100_000_000)
                    select new StepLoad(prefill, decodes, resident, attention);
        foreach (var profile in StepTimeProfiles.All.Where(profile => profile.StepTime is not DistServeStepTime))
        {
            Prop.ForAll(loads.ToArbitrary(), load =>
            {
                var us = profile.StepTime.StepUs(load);
                return us <= profile.StepTime.StepUs(load with { PrefillTokens = load.PrefillTokens + 1 })
                    && us <= profile.StepTime.StepUs(load with { DecodeSequences = load.DecodeSequences + 1 })
                    && us <= profile.StepTime.StepUs(load with { ResidentKvTokens = load.ResidentKvTokens + 1 })
                    && us <= profile.StepTime.StepUs(load with { PrefillAttention = load.PrefillAttention + 1 });
            }).Holds();
        }
    }

    [Fact]
    public void An_empty_step_takes_no_time()
    {
        foreach (var profile in StepTimeProfiles.All) Assert.Equal(0, profile.StepTime.StepUs(default));
    }

    [Fact]
    public void Every_profile_is_found_by_its_name_and_an_unknown_name_is_answered_with_the_known_ones()
    {
        foreach (var profile in StepTimeProfiles.All)
        {
            Assert.Same(profile, StepTimeProfiles.Find(profile.Name));
            Assert.NotEmpty(profile.Origin);
            profile.Limits.Validate();
        }

        Assert.Contains("yi-34b-a100-tp2", Assert.Throws<ArgumentException>(() => StepTimeProfiles.Find("h100")).Message);
    }

    [Fact]
    public void A_curve_that_falls_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new PiecewiseLinear([(0, 5), (1, 4)], 0));
        Assert.Throws<ArgumentException>(() => new PiecewiseLinear([(0, 5), (0, 6)], 0));
        Assert.Throws<ArgumentException>(() => new PiecewiseLinear([(0, 5)], -1));
        Assert.Throws<ArgumentException>(() => new PiecewiseLinear([], 1));
    }
}
