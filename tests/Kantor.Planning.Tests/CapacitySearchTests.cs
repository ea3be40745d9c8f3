namespace Kantor.Planning.Tests;

public class CapacitySearchTests
{
    [Fact]
    public async Task The_capacity_meets_the_objectives_and_hardly_more_does_not()
    {
        using var bench = Planned.Bench(Planned.Load(1));
        var capacity = await new CapacitySearch(bench, new CapacityOptions { Tolerance = 0.01 }).FindAsync(Planned.Colocated());
        Assert.InRange(capacity.MissesFromPerS!.Value / capacity.RatePerS, 1, 1.01);
        Assert.True((await bench.TryOutAsync(Planned.Colocated(), 1, capacity.RatePerS)).Meets(0.9));
        Assert.False((await bench.TryOutAsync(Planned.Colocated(), 1, capacity.MissesFromPerS.Value)).Meets(0.9));
        Assert.InRange(capacity.RatePerS, 10, 100);
    }

    [Fact]
    public async Task Rates_count_per_GPU_of_all_units()
    {
        using var bench = Planned.Bench(Planned.Load(1));
        var search = new CapacitySearch(bench);
        var (one, three) = (await search.FindAsync(Planned.Colocated(gpus: 4)), await search.FindAsync(Planned.Colocated(gpus: 4), units: 3));
        Assert.Equal((4, 12), (one.Gpus, three.Gpus));
        Assert.Equal(one.RatePerS / 4, one.RatePerSAndGpu);
        // Three servers with one queue before them stand more than three times the load of one.
        Assert.InRange(three.RatePerS, 3 * one.RatePerS, 6 * one.RatePerS);
    }

    [Fact]
    public async Task Who_misses_even_alone_has_no_capacity()
    {
        using var bench = Planned.Bench(Planned.Load(1), ttftUsMax: 5_000);
        var capacity = await new CapacitySearch(bench).FindAsync(Planned.Colocated());
        Assert.Equal((0.0, (AttainmentEstimate?)null), (capacity.RatePerS, capacity.Attainment));
    }

    [Fact]
    public async Task Who_always_meets_has_no_rate_that_misses()
    {
        using var bench = Planned.Bench(Planned.Load(1, requests: 20), ttftUsMax: 1_000_000_000);
        var capacity = await new CapacitySearch(bench, new CapacityOptions { RatePerGpuMax = 50 }).FindAsync(Planned.Colocated());
        Assert.Equal((50.0, (double?)null), (capacity.RatePerS, capacity.MissesFromPerS));
    }
}
