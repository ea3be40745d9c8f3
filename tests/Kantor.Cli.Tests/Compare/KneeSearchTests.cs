using Kantor.Cli.Compare;
using Kantor.Core.Objectives;
using Kantor.Reports.Runs;
using Kantor.Simulation.Metrics;

namespace Kantor.Cli.Tests.Compare;

/// <summary>The search against fleets whose knee is known.</summary>
public class KneeSearchTests
{
    private static readonly Objective Goodput = Read("goodput(ttft=2s)");
    private static readonly Objective Latency = Read("latency(mean-e2e)");

    [Theory]
    [InlineData(0.003)]
    [InlineData(1)]
    [InlineData(1.7)]
    [InlineData(900)]
    public void Under_goodput_it_is_the_last_rate_with_nine_of_ten_requests_within_objectives(double at)
    {
        var knee = KneeSearch.Find(Goodput, scale => Run(attainment: scale <= at ? 0.95 : 0.5, meanMs: 1));
        Assert.InRange(knee!.RateScale, at / Math.Pow(2, 1.0 / 32), at);
        Assert.Contains("90 %", knee.Rule);
    }

    [Fact]
    public void Under_a_latency_it_is_the_last_rate_with_twice_the_idle_time()
    {
        var knee = KneeSearch.Find(Latency, scale => Run(attainment: 0, meanMs: 100 * (1 + scale)));
        Assert.InRange(knee!.RateScale, 1 / Math.Pow(2, 1.0 / 32), 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void Where_every_rate_is_alike_there_is_none(double attainment) =>
        Assert.Null(KneeSearch.Find(Goodput, _ => Run(attainment, meanMs: 1)));

    private static Objective Read(string text)
    {
        Assert.True(Objective.TryParse(text, out var objective, out var error), error);
        return objective;
    }

    private static RunReport Run(double attainment, double meanMs) => new()
    {
        Policy = "p",
        Routing = "r",
        Requests = 1,
        Completed = 1,
        Rejected = 0,
        Ttft = null,
        Itl = null,
        E2e = new LatencySummary(meanMs, meanMs, meanMs, meanMs, meanMs),
        GoodputRps = 1,
        SloAttainment = attainment,
        PrefixHitRate = 0,
        Preemptions = 0,
        RecomputedTokens = 0,
        WallS = 1,
    };
}
