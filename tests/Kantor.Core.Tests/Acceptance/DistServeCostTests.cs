using Kantor.Core.StepTime;
using Kantor.Hardware.Published;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>DistServe, arXiv 2401.09670: the cost model's golden values to 0.1 % (research notes, scheduling 2b).</summary>
public class DistServeCostTests
{
    [Theory]
    [InlineData("opt-13b-a100-tp1", 73.14)]
    [InlineData("opt-13b-a100-tp2", 51.51)]
    public void A_prompt_of_512_tokens_takes_what_the_published_formula_gives(string profile, double ms) =>
        AssertMs(ms, profile, default(StepLoad).With(512, 0, isDecode: false));

    [Theory]
    [InlineData(32, 37.21)]
    [InlineData(128, 86.82)]
    public void A_decode_step_with_800_tokens_of_context_each_takes_what_the_published_formula_gives(int batch, double ms) =>
        AssertMs(ms, "opt-13b-a100-tp1", new StepLoad(0, batch, 800L * batch, 0));

    [Theory]
    [InlineData("opt-13b-a100-tp1", 66_144)]
    [InlineData("opt-13b-a100-tp2", 163_008)]
    [InlineData("opt-13b-a100-tp4", 356_736)]
    [InlineData("opt-66b-a100-tp4", 78_496)]
    public void The_pool_holds_what_was_published(string profile, int tokens) => Assert.Equal(tokens, StepTimeProfiles.Find(profile).KvTokens);

    [Fact]
    public void The_squares_of_several_prompts_are_summed_one_by_one()
    {
        var lengths = new[] { 100, 700, 1200 };
        var load = lengths.Aggregate(default(StepLoad), (sum, tokens) => sum.With(tokens, 0, isDecode: false));
        AssertMs(18.10254647486372 + (0.1019122572698738 * 2000) + (7.122264314252114e-06 * lengths.Sum(tokens => (double)tokens * tokens)) + 1, "opt-13b-a100-tp1", load);
    }

    [Fact]
    public void Two_pipeline_stages_halve_a_step_and_cost_two_milliseconds()
    {
        var (whole, stage) = (OptProfiles.Of("opt-66b", 2).StepTime, OptProfiles.Of("opt-66b", 2, 2).StepTime);
        var (prompt, decodes) = (default(StepLoad).With(512, 0, isDecode: false), new StepLoad(0, 100, 50_000, 0));
        Assert.Equal(((whole.StepUs(prompt) - 1000) / 2) + 2000, stage.StepUs(prompt), 1e-6);
        Assert.Equal(whole.StepUs(decodes) / 2, stage.StepUs(decodes), 1e-6);
    }

    private static void AssertMs(double ms, string profile, StepLoad load) =>
        Assert.InRange(StepTimeProfiles.Find(profile).StepTime.StepUs(load) / 1e3 / ms, 0.999, 1.001);
}
