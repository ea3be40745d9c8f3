using Kantor.Cli.Bench;
using Kantor.Workloads.Traces;

namespace Kantor.Cli.Tests.Bench;

public class TracePlanTests
{
    [Fact]
    public void Times_and_lengths_are_those_of_the_trace()
    {
        TraceRequest[] trace = [new(0, 40, 7), new(1_500, 9, 3), new(2_000_000, 1, 1)];
        var planned = TracePlan.Of(Load(), trace).ToArray();
        Assert.Equal(
            trace.Select(request => ((long?)request.ArrivalUs, request.PromptTokens, request.OutputTokens)),
            planned.Select(request => (request.StartUs, request.Prompt.Length, request.OutputTokensMax)));
        Assert.Equal(2, TracePlan.Of(Load() with { Requests = 2 }, trace).Count());
        Assert.Equal(2, TracePlan.Of(Load() with { Duration = TimeSpan.FromSeconds(1) }, trace).Count());
    }

    [Fact]
    public void Scaled_lengths_are_at_least_a_token() => Assert.Equal(
        [(20, 4), (4, 2), (1, 1)],
        TracePlan.Of(Load() with { LengthScale = 0.5 }, [new(0, 40, 7), new(0, 9, 3), new(0, 1, 1)])
            .Select(request => (request.Prompt.Length, request.OutputTokensMax)));

    /// <summary>What two prompts shared when they were recorded they share when they are sent, whole and scaled, and nothing more.</summary>
    [Fact]
    public void Equal_blocks_are_equal_tokens_and_others_are_not() => TestSeed.Each(10, seed =>
    {
        TraceRequest[] trace = [new(0, 64, 1, [5, 6], 32), new(1, 90, 1, [5, 6, 7], 32), new(2, 64, 1, [5, 9], 32)];
        foreach (var scale in new[] { 1, 0.5, 2 })
        {
            var prompts = TracePlan.Of(Load() with { Seed = seed, LengthScale = scale }, trace).Select(planned => planned.Prompt).ToArray();
            var block = (int)(32 * scale);
            Assert.Equal(prompts[0], prompts[1][..(2 * block)]);
            Assert.Equal(prompts[0][..block], prompts[2][..block]);
            Assert.NotEqual(prompts[0][block..], prompts[2][block..]);
        }
    });

    [Fact]
    public void Unknown_contents_share_nothing_and_equal_seeds_are_equal() => TestSeed.Each(5, seed =>
    {
        TraceRequest[] trace = [new(0, 50, 1), new(1, 50, 1)];
        int[][] Prompts(ulong of) => [.. TracePlan.Of(Load() with { Seed = of }, trace).Select(planned => planned.Prompt)];
        Assert.Equal(Prompts(seed), Prompts(seed));
        Assert.NotEqual(Prompts(seed)[0], Prompts(seed)[1]);
        Assert.NotEqual(Prompts(seed)[0], Prompts(seed + 1)[0]);
    });

    private static BenchLoad Load() => new() { Requests = 100 };
}
