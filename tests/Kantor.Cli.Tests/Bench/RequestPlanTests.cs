using Kantor.Cli.Bench;

namespace Kantor.Cli.Tests.Bench;

public class RequestPlanTests
{
    [Fact]
    public void Equal_seeds_give_equal_requests_at_equal_times() => TestSeed.Each(5, seed =>
    {
        var load = new BenchLoad { Requests = 50, Seed = seed, PromptTokens = new(10, 90) };
        Assert.Equal(Written(load), Written(load));
        Assert.NotEqual(Written(load), Written(load with { Seed = seed + 1 }));
    });

    [Fact]
    public void A_poisson_process_has_its_rate_and_its_spread() => TestSeed.Each(5, seed =>
    {
        var gaps = Gaps(new BenchLoad { Requests = 20_000, Seed = seed, PromptTokens = new(1, 1) });
        Assert.InRange(gaps.Average(), 0.097e6, 0.103e6);
        // Of an exponential distribution 1 − 1/e lies below the mean.
        Assert.InRange(gaps.Count(gap => gap < 0.1e6) / (double)gaps.Length, 0.61, 0.655);
    });

    [Fact]
    public void Constant_arrivals_are_equally_far_apart() => Assert.All(
        Gaps(new BenchLoad { Requests = 100, IsPoisson = false }), gap => Assert.InRange(gap, 99_999, 100_001));

    /// <summary>Phases of 1 s and 3 s: the mean rate is the rate, a quarter of the time holds every start, at four times the rate.</summary>
    [Fact]
    public void Phases_keep_the_mean_rate_and_leave_the_off_phases_empty() => TestSeed.Each(5, seed =>
    {
        var load = new BenchLoad { Requests = 200_000, Seed = seed, PhasesS = (1, 3), PromptTokens = new(1, 1) };
        var starts = RequestPlan.OfOpenLoop(load, 100).Select(planned => planned.StartUs!.Value).ToArray();
        Assert.InRange(starts.Length * 1e6 / starts[^1], 75, 130);
        // Within an ON phase gaps of 2.5 ms are usual; one of 100 ms is an OFF phase (e^-40 otherwise).
        long[] gaps = [.. starts.Zip(starts.Skip(1), (one, next) => next - one)];
        Assert.InRange(gaps.Where(gap => gap > 100_000).Sum() / (double)starts[^1], 0.68, 0.82);
        Assert.InRange(gaps.Where(gap => gap <= 100_000).Average(), 2_450, 2_550);
        Assert.Equal(starts, RequestPlan.OfOpenLoop(load, 100).Select(planned => planned.StartUs!.Value));
    });

    [Fact]
    public void Nothing_starts_after_the_duration() => TestSeed.Each(5, seed =>
    {
        var load = new BenchLoad { Requests = 1_000_000, Seed = seed, Duration = TimeSpan.FromSeconds(30), PromptTokens = new(1, 1) };
        var starts = RequestPlan.OfOpenLoop(load, 10).Select(planned => planned.StartUs!.Value).ToArray();
        Assert.InRange(starts.Length, 220, 390);
        Assert.True(starts[^1] <= 30_000_000);
    });

    [Fact]
    public void Lengths_and_ids_are_within_their_ranges_and_reach_both_ends()
    {
        var load = new BenchLoad { Requests = 2_000, PromptTokens = new(3, 6), OutputTokens = new(7, 8), TokenIds = new(5, 9) };
        var planned = RequestPlan.OfLane(load, 0, 1).ToArray();
        Assert.Equal([3, 4, 5, 6], planned.Select(request => request.Prompt.Length).Distinct().Order());
        Assert.Equal([7, 8], planned.Select(request => request.OutputTokensMax).Distinct().Order());
        Assert.Equal([5, 6, 7, 8, 9], planned.SelectMany(request => request.Prompt).Distinct().Order());
    }

    [Fact]
    public void One_of_so_many_is_long_in_whatever_lane()
    {
        var load = new BenchLoad { Requests = 100, LongEvery = 10, LongTokens = 777 };
        var planned = Enumerable.Range(0, 3).SelectMany(lane => RequestPlan.OfLane(load, lane, 3)).OrderBy(request => request.Number).ToArray();
        Assert.Equal(Enumerable.Range(0, 100), planned.Select(request => request.Number));
        Assert.Equal(10, planned.Count(request => request.Prompt.Length == 777));
    }

    [Fact]
    public void A_turn_begins_with_the_turn_before_and_a_session_anew()
    {
        var load = new BenchLoad { Requests = 12, Turns = 3, PromptTokens = new(20, 20) };
        var lane = RequestPlan.OfLane(load, 1, 2).ToArray();
        Assert.Equal([20, 40, 60, 20, 40, 60], lane.Select(request => request.Prompt.Length));
        Assert.Equal(lane[0].Prompt, lane[1].Prompt[..20]);
        Assert.NotEqual(lane[0].Prompt, lane[3].Prompt);
    }

    [Fact]
    public void Sessions_of_a_lane_take_turns()
    {
        var load = new BenchLoad { Requests = 6, Turns = 2, Sessions = 3, PromptTokens = new(20, 20) };
        var lane = RequestPlan.OfLane(load, 0, 1).ToArray();
        Assert.Equal([20, 20, 20, 40, 40, 40], lane.Select(request => request.Prompt.Length));
        for (var session = 0; session < 3; session++) Assert.Equal(lane[session].Prompt, lane[session + 3].Prompt[..20]);
    }

    [Fact]
    public void Think_times_are_within_their_range_and_before_later_turns_only()
    {
        var load = new BenchLoad { Requests = 400, Turns = 4, Sessions = 2, ThinkUs = (500_000, 900_000) };
        var lane = RequestPlan.OfLane(load, 0, 1).ToArray();
        Assert.All(lane, planned => Assert.Equal(planned.IsFirstTurn, planned.ThinkUs == 0));
        Assert.All(lane.Where(planned => !planned.IsFirstTurn), planned => Assert.InRange(planned.ThinkUs, 500_000, 900_000));
        Assert.InRange(lane.Where(planned => !planned.IsFirstTurn).Average(planned => planned.ThinkUs), 670_000, 730_000);
        Assert.Equal(400 / 4, lane.Count(planned => planned.IsFirstTurn));
        Assert.Equal(WithoutThought(load), WithoutThought(load with { ThinkUs = null }));
    }

    [Fact]
    public void Classes_have_their_shares_and_change_nothing_else() => TestSeed.Each(3, seed =>
    {
        var load = new BenchLoad
        {
            Requests = 20_000,
            Seed = seed,
            PromptTokens = new(1, 1),
            Classes = [new("chat", 4, null), new("batch", 1, 10)],
        };
        var lane = RequestPlan.OfLane(load, 0, 1).ToArray();
        Assert.InRange(lane.Count(planned => planned.Class!.Name == "batch") / 20_000.0, 0.185, 0.215);
        Assert.Equal(WithoutThought(load), WithoutThought(load with { Classes = [] }));
    });

    private static IEnumerable<(int, int, int)> WithoutThought(BenchLoad load) =>
        RequestPlan.OfLane(load, 0, 1).Select(planned => (planned.Number, planned.Prompt.Sum(), planned.OutputTokensMax));

    private static string Written(BenchLoad load) => string.Join(
        ';', RequestPlan.OfOpenLoop(load, 10).Select(planned => $"{planned.StartUs} {planned.OutputTokensMax} {string.Join(',', planned.Prompt)}"));

    private static long[] Gaps(BenchLoad load)
    {
        long[] starts = [0, .. RequestPlan.OfOpenLoop(load, 10).Select(planned => planned.StartUs!.Value)];
        return [.. starts.Zip(starts.Skip(1), (one, next) => next - one)];
    }
}
