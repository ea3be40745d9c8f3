using Kantor.Core.Decisions;
using Kantor.Core.Objectives;
using Kantor.Core.Requests;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.StepTime;

namespace Kantor.Planning.Tests;

public class FleetSearchTests
{
    [Theory]
    [InlineData(30)]
    [InlineData(250)]
    [InlineData(900)]
    public async Task One_unit_less_misses_and_one_more_meets(double ratePerS)
    {
        using var bench = Planned.Bench(Planned.Load(ratePerS));
        var size = await new FleetSearch(bench).FindAsync(Planned.Colocated(), unitsMax: 64);
        var fewest = size.Fewest!;
        Assert.True(size.IsMonotone);
        Assert.True(fewest.Attainment.Meets(0.9));
        Assert.All(size.Trials, trial => Assert.Equal(trial.Units >= fewest.Units, trial.Attainment.Meets(0.9)));
        Assert.Contains(size.Trials, trial => trial.Units == fewest.Units + 1);
        if (fewest.Units > 1) Assert.Contains(size.Trials, trial => trial.Units == fewest.Units - 1);
    }

    [Fact]
    public async Task Too_few_allowed_are_none()
    {
        using var bench = Planned.Bench(Planned.Load(900));
        var size = await new FleetSearch(bench).FindAsync(Planned.Colocated(), unitsMax: 3);
        Assert.Null(size.Fewest);
        Assert.Equal(3, size.Shown.Units);
    }

    [Fact]
    public async Task Pools_lose_what_they_can_spare_on_either_side()
    {
        using var bench = Planned.Bench(Planned.Load(250));
        var pools = new LayoutSpace { Prefill = [Planned.Kind()], Decode = [Planned.Kind()] }.Layouts()[^1];
        var size = await new FleetSearch(bench).FindAsync(pools, unitsMax: 16);
        var found = size.Fewest!.Layout;
        Assert.Equal(1, size.Fewest.Units);
        Assert.True(found.Decode!.Replicas < found.ServingReplicas);
        Assert.True(size.Fewest.Attainment.Meets(0.9));
        foreach (var fewer in (FleetLayout[])[found with { ServingReplicas = found.ServingReplicas - 1 }, found with { Decode = found.Decode with { Replicas = found.Decode.Replicas - 1 } }])
        {
            if (fewer.Decode!.Replicas > 0) Assert.False((await bench.TryOutAsync(fewer, 1)).Meets(0.9));
        }
    }

    /// <summary>Under a limit from end to end, what is spared on one side is needed on the other: 4 + 3 and 3 + 4 replicas meet it, 3 + 3 do not.</summary>
    [Theory]
    [InlineData(10, 1, 3, 4)]
    [InlineData(1, 10, 4, 3)]
    public async Task Pools_are_trimmed_in_both_orders_and_the_cheaper_fleet_is_kept(double prefillPrice, double decodePrice, int prefills, int decodes)
    {
        var objective = new PlanObjective(new SloSpec { E2eUsMax = 34_000 }, 0.9);
        using var bench = new TrialBench(Planned.Load(150, requests: 200), objective, new TrialOptions { SeedsMin = 1, SeedsMax = 1 });
        var slow = Planned.Kind() with { StepTime = new LinearStepTime(100, 100, 600, 0), GpuPricePerH = decodePrice };
        var pools = new LayoutSpace { Prefill = [Planned.Kind() with { GpuPricePerH = prefillPrice }], Decode = [slow] }.Layouts()[^1];
        foreach (var (prefill, decode, meets) in ((int, int, bool)[])[(4, 3, true), (3, 4, true), (3, 3, false)])
        {
            var pair = pools with { ServingReplicas = prefill, Decode = pools.Decode! with { Replicas = decode } };
            Assert.Equal(meets, (await bench.TryOutAsync(pair, 1)).Meets(0.9));
        }

        var found = (await new FleetSearch(bench).FindAsync(pools, unitsMax: 16)).Fewest!.Layout;
        Assert.Equal((prefills, decodes), (found.ServingReplicas, found.Decode!.Replicas));
    }

    [Fact]
    public async Task Where_one_more_unit_would_miss_the_search_goes_on_above_it_and_says_so()
    {
        using var bench = Planned.Bench(Planned.Load(200));
        var search = new FleetSearch(bench);
        Assert.Equal(3, (await search.FindAsync(Planned.Colocated(), unitsMax: 16)).Fewest!.Units);
        var size = await search.FindAsync(Planned.Colocated() with { Router = new FailsAt(4) }, unitsMax: 16);
        Assert.Equal((false, 5), (size.IsMonotone, size.Fewest!.Units));
    }

    /// <summary>Balances, but for one number of replicas, of which it uses one.</summary>
    private sealed class FailsAt(int replicas) : IRouter
    {
        private readonly LeastLoadedRouter _balanced = new();

        public string Name => "fails-at";

        public PolicyState NewState() => new();

        public RouteDecision Route(RequestFacts request, in FleetView fleet, PolicyState state) =>
            fleet.Endpoints.Length == replicas ? RouteDecision.To(0) : _balanced.Route(request, fleet, state);
    }
}
