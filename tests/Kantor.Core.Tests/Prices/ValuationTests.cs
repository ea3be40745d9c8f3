using Kantor.Core.Objectives;
using Kantor.Core.Prices;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Prices;

public class ValuationTests
{
    [Fact]
    public void A_limit_is_kept_half_of_the_time_without_slack_and_nearly_always_with_much()
    {
        Assert.Equal(0.5, Valuation.KeptShare(0, 10), 12);
        Assert.InRange(Valuation.KeptShare(100, 10), 0.9999, 1);
        Assert.InRange(Valuation.KeptShare(-100, 10), 0, 0.0001);
    }

    [Fact]
    public void The_delay_rate_of_a_limit_is_the_loss_of_its_value() => TestSeed.Each(200, seed =>
    {
        var random = new Random((int)seed);
        var (value, slackMs, spreadMs) = (random.NextDouble() * 9, (random.NextDouble() - 0.5) * 500, 1 + (random.NextDouble() * 90));
        const double StepMs = 1e-4;
        var lost = value * (Valuation.KeptShare(slackMs, spreadMs) - Valuation.KeptShare(slackMs - StepMs, spreadMs)) / StepMs;
        var rate = Valuation.LimitRate(value, slackMs, spreadMs);
        Assert.Equal(lost, rate, 1e-5);
        Assert.InRange(rate, 0, value / (4 * spreadMs));
    });

    [Fact]
    public void Whoever_is_doomed_and_whoever_has_an_hour_of_slack_lose_nothing()
    {
        var of = new ServiceClass(new ClassId(0), "gold", 3, new SloSpec { TtftUsMax = 1_000 });
        Assert.Equal(0, Valuation.DelayRate(of, -3_600_000, 50, hasFirstToken: false), 12);
        Assert.Equal(0, Valuation.DelayRate(of, 3_600_000, 50, hasFirstToken: false), 12);
        Assert.True(Valuation.DelayRate(of, 0, 50, hasFirstToken: false) > 0);
    }

    [Theory]
    [InlineData("latency(mean-e2e)", 0.001, 0.001)]
    [InlineData("latency(mean-ttft)", 0.001, 0)]
    [InlineData("2*latency(mean-ttft) + latency(mean-e2e) weights {a: 3}", 0.009, 0.003)]
    [InlineData("goodput(ttft=2s)", 0, 0)]
    [InlineData("throughput", 0, 0)]
    public void Latencies_of_the_objective_are_paid_by_the_millisecond(string text, double before, double after)
    {
        Assert.True(Objective.TryParse(text, out var objective, out _));
        var of = objective.Classes[new ClassId(0)];
        Assert.Equal(before, Valuation.LatencyRate(of, hasFirstToken: false), 12);
        Assert.Equal(after, Valuation.LatencyRate(of, hasFirstToken: true), 12);
        Assert.Equal(text.StartsWith("goodput", StringComparison.Ordinal), Valuation.PaysLimits(of));
    }
}
