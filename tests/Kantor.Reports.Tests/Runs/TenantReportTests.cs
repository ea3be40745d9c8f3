using Kantor.Reports.Runs;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Tests;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Reports.Tests.Runs;

public class TenantReportTests
{
    [Fact]
    public void Each_tenant_has_its_service_its_share_and_its_attainment()
    {
        // Tenant a: 15 + 2 tokens, TTFT 390 us; b: 4 + 3 tokens, TTFT 270 us; the third never fits.
        var result = RunVerified(
            [Request(0, 15, 2) with { Tenant = "a" }, Request(120, 4, 3) with { Tenant = "b" }, Request(500, 4000, 1) with { Tenant = "b" }],
            Small() with { Slo = new() { TtftUsMax = 300 } });
        var tenants = RunReport.Of(result, 1).Tenants;
        Assert.Equal([("a", 1, 1, 0, 17L, 0.0), ("b", 2, 1, 1, 7L, 0.5)], tenants.Select(tenant => (tenant.Tenant!, tenant.Requests, tenant.Completed, tenant.Rejected, tenant.ServiceTokens, tenant.SloAttainment)));
        Assert.Equal([0.708333, 0.291667], tenants.Select(tenant => tenant.ServiceShare));
        Assert.Equal(0.27, tenants[1].Ttft!.MaxMs);
        Assert.Equal(Math.Round(24 * 24 / (2.0 * ((17 * 17) + (7 * 7))), 6), RunReport.Of(result, 1).JainIndex);
    }

    [Fact]
    public void Jains_index_is_one_for_equals_one_nth_for_a_winner_and_nothing_for_one_alone()
    {
        Assert.Equal(1, TenantReport.JainIndexOf([Got(5), Got(5), Got(5)]));
        Assert.Equal(0.25, TenantReport.JainIndexOf([Got(0), Got(0), Got(7), Got(0)]));
        Assert.Null(TenantReport.JainIndexOf([Got(5)]));
        Assert.Null(TenantReport.JainIndexOf([Got(0), Got(0)]));
    }

    [Fact]
    public void Service_is_judged_by_what_a_tenant_is_due()
    {
        Assert.Equal(1, TenantReport.JainIndexOf([Got(30) with { Weight = 3 }, Got(10)]));
        var clients = new ClientOptions { Tenants = [new TenantSpec { Name = "a" }, new TenantSpec { Name = "b", Weight = 2.5 }] };
        var result = RunVerified([Request(0, 4, 1) with { Tenant = "b" }, Request(0, 4, 1) with { Tenant = "a" }], Small() with { Clients = clients });
        Assert.Equal([2.5, 1], RunReport.Of(result, 1).Tenants.Select(tenant => tenant.Weight));
    }

    private static TenantReport Got(long tokens) => new()
    {
        Tenant = "t",
        Requests = 1,
        Completed = 1,
        Rejected = 0,
        ServiceTokens = tokens,
        ServiceShare = 0,
        SloAttainment = 1,
        Ttft = null,
    };
}
