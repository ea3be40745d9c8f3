using Kantor.Bounds.Exact;
using Kantor.Bounds.Facts;
using Kantor.Bounds.Latency;
using Kantor.Bounds.Work;
using Kantor.Core.Objectives;

namespace Kantor.Bounds.Tests.Latency;

public class LatencyBoundsTests
{
    [Theory]
    [InlineData(LatencyKind.Ttft)]
    [InlineData(LatencyKind.E2e)]
    public void None_is_above_the_exact_optimum_of_small_instances__INV_BND_3(LatencyKind kind)
    {
        var (optima, bounds) = (0.0, 0.0);
        TestSeed.Each(1_000, seed =>
        {
            var (requests, fleet, _) = SmallFleets.Draw(seed);
            var optimum = StepOptimum.TotalLatencyUs(requests, fleet, kind) / requests.Length / 1e6;
            foreach (var step in LatencyBounds.Of(requests, fleet, kind)!.Steps)
            {
                Assert.True(step.Value <= optimum * (1 + 1e-9), $"{step} is above {optimum}: {fleet}, {string.Join("; ", requests)}");
            }

            (optima, bounds) = (optima + optimum, bounds + LatencyBounds.Of(requests, fleet, kind)!.Value);
        });

        Assert.True(bounds > 0.6 * optima, $"bounds {bounds}, optima {optima}");
    }

    [Fact]
    public void Work_that_is_too_much_is_caught()
    {
        var caught = 0;
        TestSeed.Each(400, seed =>
        {
            var (requests, fleet, _) = SmallFleets.Draw(seed);
            var work = new FleetWork(fleet);
            var sums = new LatencySums([.. requests.OrderBy(request => request.ArrivalUs)], work);
            var most = work.Rates(double.PositiveInfinity).Max(rates => sums.EndsByMachine(rates with
            {
                PrefillTokenUs = rates.PrefillTokenUs * 1.6,
                DecodeTokenUs = rates.DecodeTokenUs * 1.6,
            }));
            caught += most > StepOptimum.TotalLatencyUs(requests, fleet, LatencyKind.E2e) / requests.Length / 1e6 * (1 + 1e-9) ? 1 : 0;
        });

        Assert.True(caught > 0, "no instance told the wrong minorant from a right one");
    }

    [Fact]
    public void Kinds_without_a_bound_have_none()
    {
        var (requests, fleet, _) = SmallFleets.Draw(1);
        Assert.Null(LatencyBounds.Of(requests, fleet, LatencyKind.Gap));
        Assert.Null(LatencyBounds.Of(requests, fleet, LatencyKind.Tpot));
        Assert.Null(LatencyBounds.Of([], fleet, LatencyKind.E2e));
    }
}
