using Kantor.Core.Decisions;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Core.Tests.Scaling;

public class RequestsPerReplicaScalerTests
{
    [Theory]
    [InlineData(new[] { 10, 10 }, 0, 0, 2)]
    [InlineData(new[] { 11, 11 }, 0, 0, 2)]
    [InlineData(new[] { 12, 11 }, 0, 0, 3)]
    [InlineData(new[] { 40, 40 }, 0, 0, 8)]
    [InlineData(new[] { 40, 40 }, 6, 0, 8)]
    [InlineData(new[] { 40, 40 }, 0, 15, 10)]
    [InlineData(new int[0], 0, 0, 1)]
    [InlineData(new int[0], 0, 25, 3)]
    public void It_grows_to_what_holds_the_load_at_target_and_lets_the_tolerance_pass(int[] requests, int starting, int outside, int expected)
    {
        var scaler = new RequestsPerReplicaScaler(target: 10, new HysteresisOptions { ScaleOutAfter = 1 });
        Assert.Equal(expected, Wanted(scaler, scaler.NewState(), requests, starting, outside));
    }

    [Fact]
    public void It_grows_to_the_least_that_was_needed_in_every_one_of_the_last_evaluations()
    {
        var scaler = new RequestsPerReplicaScaler(target: 10);
        var state = scaler.NewState();
        int[] loads = [50, 50, 10, 50, 33, 42];
        Assert.Equal([1, 1, 1, 1, 1, 4], loads.Select(load => Wanted(scaler, state, [load])));
    }

    [Fact]
    public void It_shrinks_only_when_the_smaller_fleet_was_enough_in_every_one_of_the_last_evaluations()
    {
        var scaler = new RequestsPerReplicaScaler(target: 10, new HysteresisOptions { ScaleInAfter = 3 });
        var state = scaler.NewState();
        // 4 replicas; 17 requests need 2 with tolerance, 25 need 3, 37 all.
        int[] loads = [17, 25, 37, 17, 25, 17, 17];
        Assert.Equal([4, 4, 4, 4, 4, 3], loads[..6].Select(load => Wanted(scaler, state, [load, 0, 0, 0])));
    }

    [Fact]
    public void It_waits_twice_as_long_after_every_time_that_it_had_to_grow_again_soon()
    {
        // The worst case: one replica always looks overloaded, two always look idle.
        var scaler = new RequestsPerReplicaScaler(target: 10, new HysteresisOptions { ScaleInAfter = 4 });
        var (state, replicas, changes) = (scaler.NewState(), 1, new List<int>());
        for (var evaluation = 0; evaluation < 2000; evaluation++)
        {
            var wanted = Wanted(scaler, state, replicas == 1 ? [30] : [1, .. Enumerable.Repeat(0, replicas - 1)]);
            if (wanted != replicas) changes.Add(evaluation);
            replicas = wanted;
        }

        // 4, 8, 16, 32, and then 64 evaluations of waiting; without it every seventh evaluation would end a swing.
        Assert.InRange(changes.Count, 4, 2 * ((2000 / (64 + 3)) + 5));
        Assert.Equal(64 + 3, changes[^1] - changes[^3]);
    }

    [Theory]
    [InlineData(0, 0.1, 10)]
    [InlineData(double.NaN, 0.1, 10)]
    [InlineData(5, -0.1, 10)]
    [InlineData(5, 1, 10)]
    [InlineData(5, 0.1, 0)]
    public void Values_out_of_range_are_refused(double target, double tolerance, int scaleInAfter) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RequestsPerReplicaScaler(target, new HysteresisOptions { Tolerance = tolerance, ScaleInAfter = scaleInAfter }));

    internal static int Wanted(IAutoscaler scaler, PolicyState state, int[] requests, int starting = 0, int outside = 0) => scaler.Wanted(
        new ScalingView
        {
            Endpoints = requests.Select(count => new EndpointView(0, count, 0, 100)).ToArray(),
            Starting = starting,
            WaitingOutside = outside,
            NowUs = 0,
        },
        state);
}
