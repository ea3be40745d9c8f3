using Kantor.Core.Kv;
using Kantor.Core.Objectives;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Replicas;

namespace Kantor.Planning.Tests;

public class PlanSearchTests
{
    [Fact]
    public void Of_fleets_at_one_price_the_surest_is_named_and_the_cheapest_sure_one_is_looked_for_everywhere()
    {
        var (first, second, third) = (Planned.Colocated("first"), Planned.Colocated("second"), Planned.Colocated("third"));
        PlanCandidate[] equal = [Found(first, (2, 0.962, 0.929)), Found(second, (2, 0.990, 0.981)), Found(third, (3, 0.999, 0.995))];
        var plan = Of(equal);
        Assert.Equal("second", plan.Chosen!.Candidate.Layout.Serving.Name);
        Assert.True(plan.IsSure);
        Assert.Equal("costs as much and is less sure", plan.Rows[0].Rejection);

        // The choice is not sure; a larger number of it would be, and another layout is sure with less.
        PlanCandidate[] unsure = [Found(first, (2, 0.962, 0.88), (5, 0.999, 0.99)), Found(third, (3, 0.97, 0.95), (4, 0.999, 0.99))];
        plan = Of(unsure);
        Assert.Equal(("first", false), (plan.Chosen!.Candidate.Layout.Serving.Name, plan.IsSure));
        Assert.Equal(("third", 3), (plan.SurelyMeets!.Layout.Serving.Name, plan.SurelyMeets.Units));

    }

    [Fact]
    public void Of_fleets_that_are_equal_in_all_figures_the_simplest_is_named_wherever_it_stands()
    {
        PlanCandidate[] simplestLast =
        [
            Found(Apart(DecodePlacement.AcrossNodes), (1, 0.95, 0.92)), Found(Apart(DecodePlacement.SameNode), (1, 0.95, 0.92)), Found(Planned.Colocated(), (2, 0.95, 0.92)),
        ];
        for (var count = 1; count <= simplestLast.Length; count++)
        {
            var plan = Of(simplestLast[..count]);
            Assert.Same(plan.Rows[^1], plan.Chosen);
            Assert.All(plan.Rows.SkipLast(1), row => Assert.Equal("needs no fewer GPUs and is less simple", row.Rejection));
        }
    }

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

    private static FleetPlan Of(PlanCandidate[] candidates) =>
        FleetPlan.Of(candidates, candidates.Length, new PlanObjective(new SloSpec { TtftUsMax = 40_000 }, 0.9), 10);

    private static PlanCandidate Found(FleetLayout layout, params (int Units, double Mean, double Lower)[] tried)
    {
        FleetTrial[] trials = [.. tried.Select(trial => new FleetTrial(layout, trial.Units, new AttainmentEstimate(100, 2, trial.Mean, trial.Lower, 1)))];
        return new PlanCandidate(layout, new FleetSize(trials[0], trials, true), null);
    }

    private static FleetLayout Apart(DecodePlacement placement) => Planned.Colocated() with
    {
        Decode = new DecodeSide { Kind = Planned.Kind(), Link = new KvLink { TokensPerUs = 1 }, Placement = placement },
    };

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
