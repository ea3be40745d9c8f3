using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Randomness;
using Kantor.Core.StepTime;
using Kantor.Core.Testing.Views;

namespace Kantor.Core.Tests.Batching.Policies.Chunked;

/// <summary>A step takes as long as its tiles of 32 tokens, a millisecond each, whether they are full or not.</summary>
public class RadPlannerTests(ITestOutputHelper output)
{
    private const int Tile = 32;
    private const string Rad = "rad:tile=32:decodes=32";

    [Fact]
    public void Prompts_go_in_whole_tiles_until_the_decodes_fill_a_step()
    {
        var view = new ViewBuilder { StepTokensMax = 70 };
        view.Running(prompt: 4, generated: 2);
        view.Running(prompt: 60, generated: 0, computed: 12);
        view.Waiting(prompt: 40);
        Assert.Equal([new Grant(1, 48, 0), new Grant(2, 16, 40)], Plan(view, decodes: 8));
        Assert.Equal([new Grant(0, 1, 0)], Plan(view, decodes: 1));
    }

    [Fact]
    public void Decodes_go_when_no_prompt_can_be_computed()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 8 };
        view.Running(prompt: 4, generated: 2);
        view.Waiting(prompt: 40);
        Assert.Equal([new Grant(0, 1, 0)], Plan(view, decodes: 8));
    }

    [Fact]
    public void The_newest_gives_way_to_a_decode()
    {
        var view = new ViewBuilder { KvBlocksAvailable = 0 };
        view.Running(prompt: 8, generated: 1);
        view.Running(prompt: 8, generated: 1);
        var plan = view.Plan(new RadPlanner(new RadOptions { Decodes = 2 }));
        Assert.Equal([1], plan.Preemptions.ToArray());
        Assert.Equal([new Grant(0, 1, 0)], plan.Grants.ToArray());
    }

    /// <summary>
    /// The capacity of the source: a request of p and o tokens takes (p + o) / tile steps of one tile if none is wasted, so beyond one such unit of
    /// work by unit of time nobody keeps up, and RAD does up to it.
    /// </summary>
    [Fact]
    public void It_keeps_up_with_every_load_that_anybody_can_bear() => TestSeed.Each(5, seed =>
    {
        output.WriteLine($"end after the last arrival, in shares of the run: {Behind(Rad, seed, 0.97):P1} at load 0.97, {Behind(Rad, seed, 1.15):P1} at 1.15");
        Assert.InRange(Behind(Rad, seed, 0.97), 0, 0.05);
        // The control: the same with steps of decodes that fill a quarter of a tile, and with chunks that do not fill theirs.
        Assert.True(Behind("rad:tile=32:decodes=8", seed, 0.97) > 0.2);
        Assert.True(Behind("rad:tile=20:decodes=32", seed, 0.97) > 0.1);
        // Beyond capacity the least that anybody is behind is what comes too much.
        Assert.All(new[] { Rad, "sarathi", "vllm-v1", "prefill-first" }, planner => Assert.True(Behind(planner, seed, 1.15) > 0.12));
    });

    /// <summary>While there is enough to do, prompts come in whole tiles and decodes fill theirs, never both in a step.</summary>
    [Fact]
    public void Under_load_hardly_a_tile_is_wasted() => TestSeed.Each(5, seed =>
    {
        var steps = Run(Rad, seed, 1.15).Steps;
        Assert.All(steps, step => Assert.True(step.PromptTokens == 0 || step.Decodes == 0));
        var used = steps.Sum(step => step.PromptTokens + step.Decodes) / (double)steps.Sum(step => Tile * Tiles(step.PromptTokens + step.Decodes));
        output.WriteLine($"tiles used: {used:P1}");
        Assert.True(used > 0.95, $"{used}");
    });

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadPlanner(new RadOptions { Tile = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RadPlanner(new RadOptions { Decodes = 0 }));
    }

    private static Grant[] Plan(ViewBuilder view, int decodes) => view.Plan(new RadPlanner(new RadOptions { Tile = Tile, Decodes = decodes })).Grants.ToArray();

    /// <summary>How long after the last arrival all are done, as a share of the time until it.</summary>
    private static double Behind(string planner, ulong seed, double load)
    {
        var (jobs, run) = (Jobs(seed, load), Run(planner, seed, load));
        return (run.EndUs - jobs[^1].ArrivalUs) / (double)jobs[^1].ArrivalUs;
    }

    private static TimedRun Run(string planner, ulong seed, double load) =>
        new(planner, new BatchLimits { StepTokensMax = Tile, RunningMax = 2 * Tile }, new Tiled(), Jobs(seed, load));

    private static TimedJob[] Jobs(ulong seed, double load)
    {
        var random = new RandomStream(seed, "tiles");
        var jobs = Enumerable.Range(0, 1_500).Select(_ => new TimedJob(0, 1 + random.NextInt(120), 1 + random.NextInt(60))).ToArray();
        var horizonUs = jobs.Sum(job => job.Prompt + job.Output) * 1_000.0 / Tile / load;
        var times = jobs.Select(_ => (long)(horizonUs * random.NextDouble())).Order().ToArray();
        return [.. jobs.Select((job, index) => job with { ArrivalUs = times[index] })];
    }

    private static int Tiles(int tokens) => (tokens + Tile - 1) / Tile;

    private sealed class Tiled : IStepTimeModel
    {
        public double StepUs(in StepLoad load) => 1_000 * Tiles(load.PrefillTokens + load.DecodeSequences);
    }
}
