using Kantor.Simulation.Pools;
using Kantor.Simulation.Signals;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Pools;

public class SignalFreshnessTests
{
    [Theory]
    [InlineData(-1, 0, 0, false)]
    [InlineData(3_600_000_001, 0, 0, false)]
    [InlineData(100, 100, 0, false)]
    [InlineData(100, -1, 0, false)]
    [InlineData(100, 0, 100_001, false)]
    [InlineData(100, 0, -1, false)]
    [InlineData(0, 0, 5, false)]
    [InlineData(0, 0, 0, true)]
    public void What_is_out_of_range_or_would_do_nothing_is_refused(long periodUs, long jitterUs, long delayUs, bool countsOwn)
    {
        var signals = FleetSignals.All(new SignalFreshness { PeriodUs = periodUs, JitterUs = jitterUs, DelayUs = delayUs, CountsOwn = countsOwn });
        Assert.Throws<ArgumentOutOfRangeException>(() => Simulator.Run([Request(0, 4, 1)], Small() with { Signals = signals }));
    }
}
