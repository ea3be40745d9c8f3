using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Core.Tests.Scaling;

public class KvShareScalerTests
{
    [Theory]
    [InlineData(50, 0, 2)]
    [InlineData(54, 0, 2)]
    [InlineData(60, 0, 3)]
    [InlineData(100, 0, 4)]
    [InlineData(20, 1, 4)]
    public void It_grows_until_the_share_is_at_target_and_counts_a_replica_where_requests_wait_as_full(int blocksUsed, int waiting, int expected)
    {
        var scaler = new KvShareScaler(target: 0.5, new HysteresisOptions { ScaleOutAfter = 1 });
        Assert.Equal(expected, scaler.Wanted(View(blocksUsed, waiting, replicas: 2), scaler.NewState()));
    }

    [Fact]
    public void It_shrinks_after_enough_evaluations_and_never_below_one()
    {
        var scaler = new KvShareScaler(target: 0.5, new HysteresisOptions { ScaleInAfter = 2 });
        var state = scaler.NewState();
        Assert.Equal(4, scaler.Wanted(View(0, 0, replicas: 4), state));
        Assert.Equal(1, scaler.Wanted(View(0, 0, replicas: 4), state));
    }

    [Fact]
    public void Without_replicas_it_asks_for_some_whether_requests_wait_or_not()
    {
        var scaler = new KvShareScaler(target: 0.5);
        Assert.Equal(1, scaler.Wanted(View(0, 0, replicas: 0), scaler.NewState()));
        Assert.Equal(2, scaler.Wanted(View(0, 0, replicas: 0, outside: 3), scaler.NewState()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    public void Shares_out_of_range_are_refused(double target) => Assert.Throws<ArgumentOutOfRangeException>(() => new KvShareScaler(target));

    private static ScalingView View(int blocksUsed, int waiting, int replicas, int outside = 0) => new()
    {
        Endpoints = Enumerable.Repeat(new EndpointView(waiting, 1, blocksUsed, 100), replicas).ToArray(),
        Starting = 0,
        WaitingOutside = outside,
        NowUs = 0,
    };
}
