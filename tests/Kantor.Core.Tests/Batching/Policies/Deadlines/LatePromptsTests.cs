using Kantor.Core.Batching;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Runs;
using static Kantor.Core.Tests.Batching.Policies.Deadlines.DueRuns;

namespace Kantor.Core.Tests.Batching.Policies.Deadlines;

/// <summary>Prompts that are partly computed and late anyway let those pass that can be in time.</summary>
public class LatePromptsTests
{
    // Due 10 steps after it came, and it takes 20 alone.
    private static readonly Job Long = Job(0, 0, 20 * 32, 1);

    [Theory]
    [InlineData("moore-hodgson", new long[] { 1, 2 })]
    [InlineData("moore-hodgson:late-yields=false", new long[0])]
    public void Who_can_be_in_time_passes_a_long_prompt(string planner, long[] inTime)
    {
        Job[] jobs = [Long, Job(1, 3, 32, 1), Job(2, 5, 64, 1)];
        Assert.Equal(inTime, InTime(Run(planner, jobs), jobs));
    }

    [Fact]
    public void What_is_left_of_the_step_is_the_long_prompt_s()
    {
        var run = Run("moore-hodgson", [Long, Job(1, 3, 8, 1)]);
        // 648 tokens in steps of 32, and none of the tokens is wasted.
        Assert.Equal(20, run.Traces[0].EndStep);
    }

    [Fact]
    public void A_long_prompt_that_can_be_in_time_goes_on()
    {
        // Lax: due after 30 steps, and it takes 20.
        Job[] jobs = [Job(0, 0, 20 * 32, 0), Job(1, 3, 32, 0)];
        Assert.Equal([0, 1], InTime(Run("moore-hodgson", jobs), jobs));
        Assert.Equal(19, Run("moore-hodgson", jobs).Traces[0].EndStep);
    }

    [Fact]
    public void Of_those_that_are_late_the_one_with_the_least_left_comes_first()
    {
        Job[] jobs = [Job(0, 0, 30 * 32, 1), Job(1, 1, 15 * 32, 1), Job(2, 2, 12 * 32, 1)];
        Assert.Equal([2, 1, 0], Run("moore-hodgson", jobs).Traces.OrderBy(trace => trace.Value.EndStep).Select(trace => trace.Key));
    }

    [Fact]
    public void While_nobody_decodes_steps_are_no_longer_than_the_tightest_gap()
    {
        // A token takes 100 us beside 1 ms, so that 37 of them are within 95 % of the gap.
        Assert.Equal(37, FirstStep("moore-hodgson", "goodput(ttft=50ms,itl=5ms)"));
        Assert.Equal(200, FirstStep("moore-hodgson:late-yields=false", "goodput(ttft=50ms,itl=5ms)"));
    }

    [Fact]
    public void A_gap_that_hardly_a_step_can_keep_shortens_none() =>
        Assert.Equal(200, FirstStep("moore-hodgson", "goodput(ttft=50ms,itl=2ms)"));

    private static int FirstStep(string planner, string objective) => new TimedRun(
        planner, new BatchLimits { StepTokensMax = 200, RunningMax = 4 }, new LinearStepTime(1_000, 100, 100, 0),
        [new TimedJob(0, 1_000, 1)], objective).Steps[0].PromptTokens;
}
