using Kantor.Reports.Runs;
using Kantor.Simulation;
using Kantor.Simulation.Tests;
using Kantor.Workloads.Generators;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Reports.Tests.Runs;

public class RunTimelineTests
{
    [Fact]
    public void All_lists_are_equally_long_and_the_tokens_add_up()
    {
        var trace = TenantWorkload.Draw(TenantWorkload.Flood(tenants: 10, ratePerS: 2, factor: 4, spanS: 100), 150, seed: 1);
        var result = Simulator.Run(trace, Yi34B(new Core.Batching.Policies.Arrival.FcfsPlanner(), 2048));
        var timeline = RunTimeline.Of(result);
        Assert.All(
            (IReadOnlyList<double>[])[timeline.WaitingMean, timeline.WaitingMax, timeline.RunningMean, timeline.KvShareMean, timeline.KvShareMax, .. timeline.Tenants.Select(tenant => tenant.TokensPerS)],
            list => Assert.Equal(timeline.TokensPerS.Count, list.Count));
        Assert.Equal(result.Totals.ServiceTokens, timeline.TokensPerS.Sum() * timeline.BucketS, 1.0);
        Assert.Equal(RunTimeline.TenantsMax, timeline.Tenants.Count);
        Assert.Contains("flood", timeline.Tenants.Select(tenant => tenant.Tenant));
        Assert.True(timeline.KvShareMax.Max() is > 0.1 and <= 1);
    }

    [Fact]
    public void A_run_of_nothing_has_empty_lists()
    {
        var timeline = RunTimeline.Of(Simulator.Run([], Small()));
        Assert.Empty(timeline.TokensPerS);
        Assert.Empty(timeline.Tenants);
    }
}
