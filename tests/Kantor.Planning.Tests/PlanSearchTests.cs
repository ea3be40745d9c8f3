namespace Kantor.Planning.Tests;

public class PlanSearchTests
{
    [Fact]
    public async Task INV_SIM_8_the_number_of_threads_changes_no_figure()
    {
        var (one, four) = (await Find(threads: 1), await Find(threads: 4));
        Assert.Equal(Lines(one), Lines(four));
        Assert.True(one.IsComplete);
    }

    [Fact]
    public async Task The_plan_has_the_fewest_GPUs_and_of_equals_the_simplest()
    {
        var plan = await Find(threads: 2);
        var fewest = plan.Rows.Select(row => row.Candidate.Size?.Fewest?.Gpus).Min();
        Assert.Equal(fewest, plan.Chosen!.Shown!.Gpus);
        Assert.False(plan.Chosen.Candidate.Layout.IsDisaggregated);
        Assert.All(plan.Rows.Where(row => row != plan.Chosen), row => Assert.NotEmpty(row.Rejection!));
    }

    [Fact]
    public async Task With_prices_the_cheapest_wins_although_it_has_more_GPUs()
    {
        using var bench = Planned.Bench(Planned.Load(100));
        FleetLayout dear = Planned.Colocated("dear", prefillTokenUs: 25), cheap = Planned.Colocated("cheap");
        var search = new PlanSearch(bench);
        Assert.Equal("dear", (await search.FindAsync([cheap, dear], 16)).Chosen!.Candidate.Layout.Serving.Name);
        var priced = await search.FindAsync([Priced(cheap, 1), Priced(dear, 10)], 16);
        Assert.Equal("cheap", priced.Chosen!.Candidate.Layout.Serving.Name);
        Assert.StartsWith("costs", priced.Rows[1].Rejection);
    }

    [Fact]
    public async Task When_none_meets_the_objectives_there_is_no_plan_and_the_table_says_why()
    {
        using var bench = Planned.Bench(Planned.Load(100), ttftUsMax: 5_000);
        var plan = await new PlanSearch(bench).FindAsync([Planned.Colocated()], 4);
        Assert.Null(plan.Chosen);
        Assert.False(plan.IsSure);
        Assert.Equal("misses with 4 GPUs, the most allowed", Assert.Single(plan.Rows).Rejection);
    }

    [Fact]
    public async Task A_cancelled_search_is_not_complete()
    {
        using var bench = Planned.Bench(Planned.Load(100));
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();
        var plan = await new PlanSearch(bench).FindAsync([Planned.Colocated()], 4, cancellation: cancellation.Token);
        Assert.Equal((false, 0, 1), (plan.IsComplete, plan.Rows.Count, plan.RowsTotal));
    }

    [Fact]
    public async Task Seeds_are_added_near_the_target_only()
    {
        using var bench = Planned.Bench(Planned.Load(30), seedsMin: 1, seedsMax: 8);
        var capacity = await new CapacitySearch(bench).FindAsync(Planned.Colocated());
        Assert.InRange(capacity.Attainment!.Value.Seeds, 2, 8);
        Assert.Equal(1, (await bench.TryOutAsync(Planned.Colocated(), 1, capacity.RatePerS / 4)).Seeds);
    }

    private static FleetLayout Priced(FleetLayout layout, double price) => layout with { Serving = layout.Serving with { GpuPricePerH = price } };

    private static async Task<FleetPlan> Find(int threads)
    {
        using var bench = Planned.Bench(Planned.Load(150), threads: threads);
        var space = new LayoutSpace { Colocated = [Planned.Kind()], Prefill = [Planned.Kind()], Decode = [Planned.Kind()], RatioMax = 2 };
        return await new PlanSearch(bench).FindAsync(space.Layouts(), 16);
    }

    private static IEnumerable<string> Lines(FleetPlan plan) =>
        plan.Rows.Select(row => $"{row.Shown!.Layout.Describe(row.Shown.Units)} {row.Shown.Attainment} {row.GoodputPerSAndGpu} {row.Rejection} {row.Candidate.Size!.Trials.Count}");
}
