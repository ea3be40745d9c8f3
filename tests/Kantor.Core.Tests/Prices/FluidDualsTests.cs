using Kantor.Core.Prices;

namespace Kantor.Core.Tests.Prices;

public class FluidDualsTests
{
    [Fact]
    public void On_one_machine_the_bound_is_the_fractional_knapsack_and_the_price_that_of_who_is_left_out_first() => TestSeed.Each(100, seed =>
    {
        var demand = Random(seed, kinds: 1, withKv: false);
        var duals = new FluidDuals(1, damping: 1);
        for (var solve = 0; solve < 10; solve++) Assert.True(duals.TrySolve(demand));
        var (value, marginal) = Knapsack(demand);
        Assert.InRange(duals.BoundPerMs, value - 1e-9, value * 1.002);
        if (marginal == 0) Assert.Equal(0, duals.MachinePerMs(0));
        Assert.Equal(0, duals.PoolPerMs(0));
    });

    [Fact]
    public void No_feasible_fluid_earns_more_than_the_bound_of_any_prices() => TestSeed.Each(200, seed =>
    {
        var random = new Random((int)seed);
        var demand = Random(seed, 1 + random.Next(4), withKv: true);
        var duals = new FluidDuals(demand.Kinds);
        Assert.True(duals.TrySolve(demand));
        var any = Enumerable.Range(0, 2 * demand.Kinds).Select(_ => random.NextDouble() * 3).ToArray();
        var earned = Filled(demand, random);
        Assert.True(earned <= duals.BoundPerMs + 1e-9, $"{earned} above {duals.BoundPerMs}");
        Assert.True(duals.BoundPerMs <= duals.ValueOf(demand, new double[2 * demand.Kinds]) + 1e-9);
        Assert.True(earned <= duals.ValueOf(demand, any) + 1e-9);
    });

    [Fact]
    public void Prices_are_finite_not_negative_and_no_higher_than_the_dearest_class_pays() => TestSeed.Each(200, seed =>
    {
        var demand = Random(seed, 3, withKv: true);
        var duals = new FluidDuals(3);
        for (var solve = 0; solve < 3; solve++) duals.TrySolve(demand);
        for (var kind = 0; kind < 3; kind++)
        {
            var of = Enumerable.Range(0, demand.Classes);
            Assert.InRange(duals.MachinePerMs(kind), 0, of.Max(each => demand.Values[each] / demand.MachineMs(each)[kind]));
            Assert.InRange(duals.PoolPerMs(kind), 0, of.Max(each => demand.Values[each] / demand.KvShareMs(each)[kind]));
        }
    });

    [Fact]
    public void A_fleet_with_room_for_all_costs_nothing_and_a_resource_with_room_beside_a_scarce_one_neither()
    {
        var demand = new FluidDemand(1, 1);
        (demand.Values[0], demand.PerMs[0]) = (1, 0.01);
        demand.Set(0, 0, 50, 20);
        var duals = new FluidDuals(1, damping: 1);
        duals.TrySolve(demand);
        Assert.Equal((0.0, 0.0, 0.01), (duals.MachinePerMs(0), duals.PoolPerMs(0), duals.BoundPerMs));
        // Twice as many as KV bears, while the machine bears them.
        demand.Set(0, 0, 50, 200);
        for (var solve = 0; solve < 5; solve++) duals.TrySolve(demand);
        Assert.Equal(0, duals.MachinePerMs(0));
        Assert.Equal(1.0 / 200, duals.PoolPerMs(0), 4);
        Assert.Equal(0.005, duals.BoundPerMs, 5);
    }

    [Fact]
    public void What_is_no_amount_changes_nothing()
    {
        var (demand, duals) = (Random(1, 2, withKv: true), new FluidDuals(2));
        Assert.True(duals.TrySolve(demand));
        var (price, bound) = (duals.MachinePerMs(0), duals.BoundPerMs);
        demand.PerMs[0] = double.NaN;
        Assert.False(duals.TrySolve(demand));
        Assert.Equal((price, bound), (duals.MachinePerMs(0), duals.BoundPerMs));
    }

    [Fact]
    public void Damped_prices_go_a_share_of_the_way()
    {
        var demand = new FluidDemand(1, 1);
        (demand.Values[0], demand.PerMs[0]) = (1, 1);
        demand.Set(0, 0, 10, 0);
        var (full, half) = (new FluidDuals(1, damping: 1), new FluidDuals(1, damping: 0.5));
        full.TrySolve(demand);
        half.TrySolve(demand);
        Assert.Equal(full.MachinePerMs(0) / 2, half.MachinePerMs(0), 12);
    }

    [Fact]
    public void A_solve_allocates_nothing()
    {
        var (demand, duals) = (Random(3, 64, withKv: true), new FluidDuals(64));
        duals.TrySolve(demand);
        var before = GC.GetAllocatedBytesForCurrentThread();
        duals.TrySolve(demand);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static FluidDemand Random(ulong seed, int kinds, bool withKv)
    {
        var random = new Random((int)seed);
        var demand = new FluidDemand(2 + random.Next(6), kinds);
        for (var of = 0; of < demand.Classes; of++)
        {
            (demand.Values[of], demand.PerMs[of]) = (0.1 + random.NextDouble(), random.NextDouble() * 0.02);
            for (var kind = 0; kind < kinds; kind++) demand.Set(of, kind, 1 + (random.NextDouble() * 100), withKv ? 1 + (random.NextDouble() * 100) : 0);
        }

        return demand;
    }

    private static (double Value, double Marginal) Knapsack(FluidDemand demand)
    {
        var (left, value) = (1.0, 0.0);
        foreach (var of in Enumerable.Range(0, demand.Classes).OrderByDescending(of => demand.Values[of] / demand.MachineMs(of)[0]))
        {
            var taken = Math.Min(demand.PerMs[of], left / demand.MachineMs(of)[0]);
            (left, value) = (left - (taken * demand.MachineMs(of)[0]), value + (taken * demand.Values[of]));
            if (taken < demand.PerMs[of]) return (value, demand.Values[of] / demand.MachineMs(of)[0]);
        }

        return (value, 0);
    }

    /// <summary>A fluid that keeps every limit: classes in some order, each as much as fits where it is put.</summary>
    private static double Filled(FluidDemand demand, Random random)
    {
        var (machine, kv, value) = (demand.Machines.ToArray(), demand.Machines.ToArray(), 0.0);
        foreach (var of in Enumerable.Range(0, demand.Classes).OrderBy(_ => random.Next()))
        {
            var left = demand.PerMs[of];
            for (var kind = 0; kind < demand.Kinds; kind++)
            {
                var taken = Math.Min(left, Math.Min(machine[kind] / demand.MachineMs(of)[kind], kv[kind] / demand.KvShareMs(of)[kind]));
                (machine[kind], kv[kind]) = (machine[kind] - (taken * demand.MachineMs(of)[kind]), kv[kind] - (taken * demand.KvShareMs(of)[kind]));
                (left, value) = (left - taken, value + (taken * demand.Values[of]));
            }
        }

        return value;
    }
}
