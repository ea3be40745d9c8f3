using Kantor.Core.Objectives;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Metrics;

public class ObjectiveScoreTests
{
    // Both take a step of 140 us; the second waits for the first, because a step holds 10 tokens.
    private static readonly TraceRequest[] Trace = [Request(0, 10, 1) with { Tenant = "a" }, Request(0, 10, 1) with { Tenant = "b" }];

    [Fact]
    public void Latencies_count_against_the_score_and_throughput_for_it_each_with_its_factor()
    {
        var score = Run("throughput + 10*latency(mean-e2e) + 2*tail(p99-ttft)").Objective;
        // Ends at 200 and 400 us.
        Assert.Equal([2 / 400e-6, 300e-6, 400e-6], score.Terms.Select(term => Math.Round(term.Value!.Value, 9)));
        Assert.Equal(5000 - (10 * 300e-6) - (2 * 400e-6), score.Value!.Value, 6);
    }

    [Fact]
    public void Attainment_and_goodput_count_requests_by_the_weights_of_their_classes()
    {
        var even = Run("goodput(ttft=250us)");
        Assert.Equal((0.5, 1, 1 / 400e-6), (even.Totals.SloAttainment, even.Totals.WithinSlo, Math.Round(even.Objective.Value!.Value, 6)));
        var weighted = Run("goodput(ttft=250us) weights {gold: 3, free: 1}");
        Assert.Equal((0.75, 1, 3 / 400e-6), (weighted.Totals.SloAttainment, weighted.Totals.WithinSlo, Math.Round(weighted.Objective.Value!.Value, 6)));
        Assert.Equal([1.0, 0.0], weighted.Tenants.Select(tenant => tenant.Totals.SloAttainment));
    }

    [Fact]
    public void A_latency_of_nobody_has_no_value()
    {
        var score = ObjectiveScore.Of(Parsed("latency(mean-e2e)"), new RequestTotals(), 100);
        Assert.Null(score.Value);
        Assert.Equal(("latency(mean-e2e)", (double?)null), Assert.Single(score.Terms));
    }

    [Fact]
    public void Limits_alone_are_goodput_under_them()
    {
        var slo = new SloSpec { TtftUsMax = 7 };
        Assert.Equal(Parsed("goodput(ttft=7us)"), (Small() with { Slo = slo }).Objective);
        Assert.Equal(slo, (Small() with { Objective = Parsed("goodput(ttft=7us) + throughput") }).Slo);
    }

    private static SimulationResult Run(string objective) => RunVerified(Trace, Small() with
    {
        Objective = Parsed(objective),
        Clients = new ClientOptions { Tenants = [new TenantSpec { Name = "a", Class = 0 }, new TenantSpec { Name = "b", Class = 1 }] },
    });

    private static Objective Parsed(string text)
    {
        Assert.True(Objective.TryParse(text, out var objective, out var error), error);
        return objective;
    }
}
