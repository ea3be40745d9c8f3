using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Catalogue;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Chunked;

public class SarathiPlannerTests
{
    [Fact]
    public void All_decodes_come_before_prompts_that_were_admitted_earlier()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 4);
        Assert.Equal([new Grant(1, 1, 0), new Grant(2, 1, 0), new Grant(0, 8, 0)], view.Plan(new SarathiPlanner()).Grants.ToArray());
    }

    [Fact]
    public void An_admission_takes_the_whole_prompts_memory_at_once()
    {
        var view = new ViewBuilder { StepTokensMax = 10 };
        view.Waiting(prompt: 40);
        Assert.Equal([new Grant(0, 10, 40)], view.Plan(new SarathiPlanner()).Grants.ToArray());
    }

    [Theory]
    [InlineData(11, 1)]
    [InlineData(12, 2)]
    public void One_percent_of_the_pool_stays_free(int available, int grants)
    {
        var view = new ViewBuilder { KvBlocksTotal = 200, KvBlocksAvailable = available };
        view.Running(prompt: 7, generated: 1);
        view.Waiting(prompt: 40);
        Assert.Equal(grants, view.Plan(new SarathiPlanner()).Grants.Length);
    }

    [Fact]
    public void The_newest_running_request_gives_way_to_a_decode()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Waiting(prompt: 1);
        var plan = view.Plan(new SarathiPlanner());
        Assert.Equal([1], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0)], plan.Grants.ToArray());
    }

    [Fact]
    public void The_watermark_must_be_a_share() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SarathiPlanner(new SarathiOptions { Watermark = -0.1 }));

    /// <summary>A step takes 1 ms and 10 us for each prompt token, a gap 5 ms at most: 400 of the 2,000 tokens fit, of half the slack 150.</summary>
    [Theory]
    [InlineData("sarathi:gap-slack=true:slack-share=1", 400)]
    [InlineData("sarathi:gap-slack=true:slack-share=0.5", 150)]
    [InlineData("sarathi", 1_000)]
    public void With_gap_slack_a_chunk_is_as_long_as_the_tightest_slack_allows(string planner, int tokens)
    {
        var steps = Timed(planner, [new TimedJob(0, 4, 60), new TimedJob(1_500, 2_000, 2)]).Steps;
        Assert.Equal([(4, 0), (0, 1), (tokens, 1), (tokens, 1)], steps[..4]);
    }

    /// <summary>With exact step times no gap is too long however long the prompts; with a fixed chunk many are.</summary>
    [Fact]
    public void With_gap_slack_no_gap_is_too_long() => TestSeed.Each(6, seed =>
    {
        var (random, nowUs) = (new RandomStream(seed, "chunks"), 0L);
        TimedJob[] jobs = [.. Enumerable.Range(0, 100).Select(_ => new TimedJob(nowUs += random.NextInt(20_000), 1 + random.NextInt(1_500), 1 + random.NextInt(40)))];
        Assert.All(Timed("sarathi:gap-slack=true:slack-share=1", jobs).Gaps, gap => Assert.InRange(gap.Us, 0, 5_000));
        Assert.True(Timed("sarathi", jobs).Gaps.Count(gap => gap.Us > 5_000) > 10);
    });

    [Fact]
    public void A_share_of_slacks_that_nobody_looks_at_is_said_to_have_no_effect()
    {
        var entry = PolicyCatalogue.BuiltIn.Planners.Find("sarathi");
        Assert.True(entry.Contradiction(PolicySpec.Parse("sarathi:slack-share=0.5")) is { HasNoEffect: true });
        Assert.Null(entry.Contradiction(PolicySpec.Parse("sarathi:gap-slack=true:slack-share=0.5")));
    }

    private static TimedRun Timed(string planner, TimedJob[] jobs) => new(
        planner, new BatchLimits { StepTokensMax = 1_001, RunningMax = 16 }, new LinearStepTime(1_000, 10, 0, 0), jobs, "goodput(itl=5ms)");
}
