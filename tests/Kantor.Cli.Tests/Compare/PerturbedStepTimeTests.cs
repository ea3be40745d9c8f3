using Kantor.Cli.Compare;
using Kantor.Core.StepTime;

namespace Kantor.Cli.Tests.Compare;

/// <summary>Against a linear model, of which the coefficients can be changed by hand.</summary>
public class PerturbedStepTimeTests
{
    private static readonly LinearStepTime Usual = new(1_000, 10, 50, 0.1);

    [Theory]
    [InlineData(StepPart.Prefill, 0.7)]
    [InlineData(StepPart.Prefill, 1.3)]
    [InlineData(StepPart.Decode, 0.7)]
    [InlineData(StepPart.Decode, 1.3)]
    public void A_mixed_step_takes_what_the_changed_coefficients_say(object part, double factor)
    {
        // 300 tokens of prompt after 200, and 8 decodes that read 4,000.
        var load = new StepLoad(300, 8, 4_200, (500.0 * 500) - (200.0 * 200), 200);
        var expected = (StepPart)part == StepPart.Prefill
            ? 1_000 + (factor * ((300 * 10) + (200 * 0.1))) + (8 * 50) + (4_000 * 0.1)
            : 1_000 + (300 * 10) + (200 * 0.1) + (factor * ((8 * 50) + (4_000 * 0.1)));
        Assert.Equal(expected, new PerturbedStepTime(Usual, (StepPart)part, factor).StepUs(load), 6);
    }

    [Fact]
    public void The_fixed_time_of_a_step_stays()
    {
        var prompts = new StepLoad(100, 0, 0, 10_000);
        var slower = new PerturbedStepTime(Usual, StepPart.Prefill, 1.3).StepUs(prompts);
        Assert.InRange(slower, Usual.StepUs(prompts), 1_000 + (1.3 * 100 * 10));
        Assert.Equal(Usual.StepUs(prompts), new PerturbedStepTime(Usual, StepPart.Decode, 1.3).StepUs(prompts), 6);
    }

    [Fact]
    public void An_empty_step_takes_nothing() => Assert.Equal(0, new PerturbedStepTime(Usual, StepPart.Decode, 1.3).StepUs(default));
}
