using Kantor.Workloads.Generators;

namespace Kantor.Workloads.Tests.Generators;

public class TenantWorkloadTests
{
    [Fact]
    public void A_flood_multiplies_its_share_in_the_middle_third_and_leaves_the_others_alone()
    {
        var tenants = TenantWorkload.Flood(4, ratePerS: 8, factor: 11, spanS: 3000);
        var trace = TenantWorkload.Draw(tenants, 1_000_000, 1);
        Assert.Equal(trace.Select(request => request.ArrivalUs).Order(), trace.Select(request => request.ArrivalUs));
        Assert.InRange(Count("tenant-1"), 5700, 6300);
        Assert.InRange(Count("flood"), 19_400, 20_600);
        Assert.All(trace.Where(request => request.Tenant == "flood"), request => Assert.InRange(request.ArrivalUs, 1_000_000_000, 2_000_000_000));

        int Count(string name) => trace.Count(request => request.Tenant == name);
    }

    [Fact]
    public void A_tenants_requests_do_not_change_when_another_comes()
    {
        var tenants = TenantWorkload.Flood(3, 8, 5, 100);
        var (alone, together) = (TenantWorkload.Draw([tenants[1]], 1_000_000, 7), TenantWorkload.Draw(tenants, 1_000_000, 7));
        Assert.Equal(alone, together.Where(request => request.Tenant == tenants[1].Name));
        Assert.NotEmpty(alone);
        Assert.Equal(together.Take(50), TenantWorkload.Draw(tenants, 50, 7));
    }

    [Fact]
    public void Tenants_never_share_a_block()
    {
        var chat = WorkloadSpec.Chat(1, 1);
        TenantWorkload Tenant(string name) => new() { Name = name, Arrivals = new PoissonArrivals(1), PromptLength = chat.PromptLength, OutputLength = chat.OutputLength, Prefixes = new PrefixFamilies(2, 1, 2) };
        var trace = TenantWorkload.Draw([Tenant("a"), Tenant("b")], 400, 1);
        var (a, b) = (Ids("a"), Ids("b"));
        Assert.Empty(a.Intersect(b));
        Assert.True(a.Distinct().Count() < a.Length);

        int[] Ids(string name) => [.. trace.Where(request => request.Tenant == name).SelectMany(request => request.BlockIds)];
    }

    [Fact]
    public void What_cannot_be_drawn_is_refused()
    {
        var flood = TenantWorkload.Flood(1, 1, 2, 10);
        Assert.Throws<ArgumentException>(() => TenantWorkload.Draw([], 1, 1));
        Assert.Throws<ArgumentException>(() => TenantWorkload.Draw([flood[0], flood[0]], 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TenantWorkload.Draw(flood, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TenantWorkload.Draw([flood[0] with { Arrivals = new PoissonArrivals(0) }], 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => TenantWorkload.Flood(0, 1, 2, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => TenantWorkload.Flood(1, 1, 1, 10));
    }
}
