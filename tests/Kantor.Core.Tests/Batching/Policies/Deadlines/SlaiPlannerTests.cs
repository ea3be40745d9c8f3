using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Deadlines;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Deadlines;

/// <summary>A step takes a millisecond, and 100 us for each prompt token: of 64 prompt tokens 7.4 ms.</summary>
public class SlaiPlannerTests(ITestOutputHelper output)
{
    private const long GapUs = 60_000;

    // What a prompt token takes of sarathi's steps, in which about 20 of 64 tokens are decodes.
    private const double UsByToken = 123;
    private static readonly LinearStepTime StepTime = new(1_000, 100, 0, 0);

    [Fact]
    public void The_shortest_prompt_goes_first_unless_the_oldest_is_to()
    {
        var view = new ViewBuilder { StepTokensMax = 200 };
        view.Waiting(prompt: 20);
        view.Waiting(prompt: 8);
        view.Waiting(prompt: 12);
        Assert.Equal([1, 2, 0], Rows(view, new SlaiOptions()));
        Assert.Equal([0, 1, 2], Rows(view, new SlaiOptions { ShortestFirst = false }));
    }

    /// <summary>Eight decode when a prompt of 256 comes. Until their gaps run out, four steps are the prompt's; one step holds them all.</summary>
    [Fact]
    public void Decodes_wait_for_prompts_as_long_as_their_gaps_allow()
    {
        TimedJob[] jobs = [.. Enumerable.Range(0, 8).Select(_ => new TimedJob(0, 4, 60)), new TimedJob(10_000, 256, 2)];
        var steps = Timed("slai:offset=2", jobs).Steps;
        var first = steps.FindIndex(step => step.PromptTokens > 32);
        Assert.Equal([(64, 0), (64, 0), (64, 0), (64, 0), (0, 9)], steps[first..(first + 5)]);
        Assert.Equal([(56, 8), (56, 8), (56, 8), (56, 8), (32, 8)], Timed("sarathi", jobs).Steps[first..(first + 5)]);
    }

    /// <summary>Urgent decodes come before prompts, the others take what is left.</summary>
    [Fact]
    public void The_urgent_come_first_and_the_others_get_what_is_left()
    {
        TimedJob[] jobs = [.. Enumerable.Range(0, 8).Select(_ => new TimedJob(0, 4, 60)), new TimedJob(10_000, 600, 2)];
        var steps = Timed("slai:offset=2", jobs).Steps;
        var first = steps.FindIndex(step => step.PromptTokens > 32);
        // Their gap of 60 ms leaves less than two steps after seven of 7.4 ms.
        Assert.Equal([(64, 0), (64, 0), (64, 0), (64, 0), (64, 0), (64, 0), (64, 0), (56, 8), (64, 0), (32, 8)], steps[first..(first + 10)]);
    }

    /// <summary>An offset of two steps keeps every gap; without one decodes are urgent when it is too late.</summary>
    [Fact]
    public void With_exact_step_times_no_gap_is_too_long() => TestSeed.Each(8, seed =>
    {
        var jobs = Load(seed);
        Assert.All(Timed("slai:offset=2:full-offset=2", jobs).Gaps, gap => Assert.InRange(gap.Us, 0, GapUs));
        Assert.All(Timed("slai", jobs).Gaps, gap => Assert.InRange(gap.Us, 0, GapUs));
        Assert.True(Timed("slai:offset=0.1:full-offset=0.1", jobs).Gaps.Count(gap => gap.Us > GapUs) > 10);
    });

    /// <summary>
    /// The source has 53 % less median time to the first token than Sarathi-Serve within the same limit of gaps, at a load that sarathi just bears;
    /// so is this one. Most of it comes from the shortest prompt first: what holding decodes back adds is the second figure.
    /// </summary>
    [Fact]
    public void Its_median_time_to_the_first_token_is_less_than_half_that_of_sarathi_within_the_same_gaps()
    {
        var (fast, slow, oldest) = (0.0, 0.0, 0.0);
        TestSeed.Each(6, seed =>
        {
            var jobs = Load(seed);
            var slai = Timed("slai", jobs);
            Assert.All(slai.Gaps, gap => Assert.InRange(gap.Us, 0, GapUs));
            (fast, slow) = (fast + MedianTtft(slai, jobs), slow + MedianTtft(Timed("sarathi", jobs), jobs));
            oldest += MedianTtft(Timed("slai:shortest-first=false", jobs), jobs);
        });
        output.WriteLine($"median time to first token: slai {1 - (fast / slow):P0} less than sarathi, oldest first {1 - (oldest / slow):P0} less");
        Assert.InRange(fast, 0, (1 - 0.53) * slow);
        Assert.InRange(oldest, 0, slow);
    }

    /// <summary>When KV runs out for an urgent decode, a prompt that is partly computed gives way before any decode.</summary>
    [Fact]
    public void A_prompt_gives_way_before_a_decode()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 40, generated: 0, computed: 8);
        view.Running(prompt: 8, generated: 1);
        var plan = view.Plan(new SlaiPlanner());
        Assert.Equal([0], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(1, 1, 0)], plan.Grants.ToArray());
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlaiPlanner(new SlaiOptions { Offset = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlaiPlanner(new SlaiOptions { MemoryLimit = 1.1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlaiPlanner(new SlaiOptions { GapMs = 0 }));
    }

    /// <summary>Prompts and answers of many lengths at random times, of which the last comes when sarathi has computed all the prompts but a few.</summary>
    private static TimedJob[] Load(ulong seed)
    {
        var random = new RandomStream(seed, "load");
        var jobs = Enumerable.Range(0, 400).Select(_ => new TimedJob(0, 8 + random.NextInt(120), 20 + random.NextInt(60))).ToArray();
        var horizonUs = jobs.Sum(job => job.Prompt) * UsByToken;
        var times = jobs.Select(_ => (long)(horizonUs * random.NextDouble())).Order().ToArray();
        return [.. jobs.Select((job, index) => job with { ArrivalUs = times[index] })];
    }

    private static double MedianTtft(TimedRun run, TimedJob[] jobs) => TimedRun.Median(jobs.Select((job, index) => (double)(run.FirstUs[index]!.Value - job.ArrivalUs)));

    private static TimedRun Timed(string planner, TimedJob[] jobs) =>
        new(planner, new BatchLimits { StepTokensMax = 64, RunningMax = 64 }, StepTime, jobs, $"goodput(itl={GapUs / 1_000}ms)");

    private static int[] Rows(ViewBuilder view, SlaiOptions options) =>
        [.. view.Plan(new SlaiPlanner(options)).Grants.ToArray().Select(grant => grant.Row)];
}
