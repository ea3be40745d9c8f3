using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class TraceTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1000, 1024)]
    [InlineData(1024, 1024)]
    [InlineData(1025, 2048)]
    public void The_declared_limit_is_the_largest_output_rounded_up_to_a_power_of_two(int longest, int expected) =>
        Assert.Equal(expected, Load(Bytes(Row(0, 600, 1), Row(0, 600, longest))).OutputTokensMaxDefault);

    [Fact]
    public void Twice_the_rate_halves_every_time()
    {
        var trace = Load(Bytes(Row(0), Row(3), Row(10)));
        Assert.Equal([0L, 1500L, 5000L], trace.ScaleRate(2).Requests.Select(request => request.ArrivalUs));
        Assert.Equal(trace.Requests, trace.ScaleRate(1).Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_rate_scale_that_is_not_a_factor_is_refused(double scale) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(Bytes(Row(0))).ScaleRate(scale));

    [Fact]
    public void A_scale_that_leaves_the_range_of_time_is_an_error_and_no_wrong_time() =>
        Assert.Throws<OverflowException>(() => Load(Bytes(Row(0), Row(3_000_000))).ScaleRate(1e-300));
}
