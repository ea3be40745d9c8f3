using Kantor.Core;
using Kantor.Core.Batching;
using Kantor.Core.Decisions;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Load;
using Kantor.Core.Scaling;
using Kantor.Core.StepTime;
using Kantor.Hardware.Published;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Pools;
using Kantor.Workloads.Generators;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Fleets;

public class ScaledGroupTests
{
    [Theory]
    [InlineData("requests-per-replica", 10)]
    [InlineData("requests-per-replica", 40)]
    [InlineData("kv-share", 10)]
    [InlineData("kv-share", 40)]
    public void INV_SIM_23_a_constant_load_does_not_make_a_fleet_swing(string autoscaler, double ratePerS)
    {
        // 300 evaluations, of which ten in a row have to agree before the fleet shrinks: one that swung would do so more than twenty times.
        var counting = new Counting(PolicyCatalogue.Autoscaler(autoscaler));
        var result = Simulator.Run(Requests(ratePerS, seconds: 1500), Profile() with { Scaling = Scaling(counting) });
        Assert.Equal(result.Records.Count, result.Completed);
        Assert.InRange(counting.Swings, 0, 2);
    }

    [Fact]
    public void One_replica_that_is_enough_stays_alone_and_without_hysteresis_there_are_one_and_two_in_turn()
    {
        var (steady, hasty) = (new Counting(new RequestsPerReplicaScaler()), new Counting(new RequestsPerReplicaScaler(hysteresis: new HysteresisOptions { Tolerance = 0, ScaleOutAfter = 1, ScaleInAfter = 1 })));
        var trace = Requests(ratePerS: 10, seconds: 1500);
        Assert.Equal(0, Simulator.Run(trace, Profile() with { Scaling = Scaling(steady) }).Fleet.Joined);
        Simulator.Run(trace, Profile() with { Scaling = Scaling(hasty) });
        Assert.True(hasty.Swings > 8, $"{hasty.Swings} swings");
    }

    [Fact]
    public void A_fleet_that_begins_too_small_reaches_the_size_that_a_fleet_that_begins_too_large_reaches()
    {
        int SizeFrom(int replicas)
        {
            var sizes = new Sizes();
            var options = Profile() with { Replicas = replicas, Scaling = Scaling(new RequestsPerReplicaScaler()) };
            Simulator.Run(Requests(ratePerS: 60, seconds: 900), options, sizes);
            return sizes.Busy;
        }

        var (fromSmall, fromLarge) = (SizeFrom(1), SizeFrom(16));
        Assert.InRange(fromSmall, 2, 12);
        Assert.InRange(fromLarge, fromSmall - 2, fromSmall + 2);
    }

    [Fact]
    public void A_replica_takes_requests_only_after_its_start_up_delay_and_costs_from_when_it_was_asked_for()
    {
        // 20 requests at once, evaluated at 0: before the arrivals, so the first that sees them is at 1000.
        TraceRequest[] trace = [.. Enumerable.Repeat(Request(0, 4, 40), 20), Request(5999, 4, 1), Request(6000, 4, 1)];
        var log = new RunLog();
        var options = Small(outputTokensMax: 40) with
        {
            Router = new LeastLoadedRouter(),
            Scaling = new ScalingOptions { Autoscaler = new RequestsPerReplicaScaler(10, new HysteresisOptions { ScaleOutAfter = 1 }), ReplicasMax = 2, PeriodUs = 1000, StartupUs = 5000 },
        };
        var result = RunVerified(trace, options, log);
        Assert.Equal([(20, 0), (21, 1)], log.Arrivals.TakeLast(2).Select(arrival => (arrival.Request, arrival.Replica)));
        Assert.Equal(1, result.Fleet.Joined);
        if (result.Fleet.Left == 0) Assert.Equal((2 * result.MakespanUs) - 1000, result.Fleet.ReplicaUs);
    }

    [Fact]
    public void Without_load_a_fleet_shrinks_to_its_minimum_by_draining_and_loses_nothing()
    {
        TraceRequest[] trace = [.. Enumerable.Range(0, 8).Select(index => Request(index, 4, 30)), Request(60_000, 4, 1)];
        var options = Small(outputTokensMax: 30) with
        {
            Replicas = 4,
            Scaling = new ScalingOptions { Autoscaler = new RequestsPerReplicaScaler(2, new HysteresisOptions { ScaleInAfter = 3 }), ReplicasMin = 2, ReplicasMax = 4, PeriodUs = 1000 },
        };
        var result = RunVerified(trace, options);
        Assert.Equal((9, 2, 0), (result.Completed, result.Fleet.Left, result.Fleet.HandedOn));
        Assert.True(result.Fleet.ReplicaUs < 3 * result.MakespanUs);
    }

    [Fact]
    public void A_failed_replica_is_replaced_even_when_it_was_the_last_one()
    {
        var options = Small() with
        {
            Fleet = new FleetOptions { Events = [new ReplicaFails { AtUs = 300, Replica = 0 }] },
            Scaling = new ScalingOptions { Autoscaler = new KvShareScaler(), ReplicasMax = 2, PeriodUs = 1000, StartupUs = 5000 },
        };
        var result = RunVerified([Request(0, 4, 8)], options);
        // Asked for at 1000, there at 6000: 6 tokens in 160 us, five more of 101 us.
        Assert.Equal((1, 6000 + 160 + (5 * 101)), (result.Completed, result.Records[0].LastTokenUs!.Value));
    }

    [Fact]
    public void Replicas_that_step_together_come_and_go_together()
    {
        var options = Small(outputTokensMax: 40) with
        {
            Replicas = 2,
            LockstepReplicas = 2,
            Scaling = new ScalingOptions { Autoscaler = new RequestsPerReplicaScaler(10, new HysteresisOptions { ScaleOutAfter = 1 }), ReplicasMin = 2, ReplicasMax = 6, PeriodUs = 1000, StartupUs = 0 },
        };
        var result = RunVerified([.. Enumerable.Repeat(Request(0, 4, 40), 25)], options);
        Assert.Equal((25, 2), (result.Completed, result.Fleet.Joined));
        Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified([], options with { Scaling = options.Scaling! with { ReplicasMax = 5 } }));
    }

    [Fact]
    public void Leaping_changes_nothing_in_a_scaled_fleet()
    {
        for (var number = 0; number < 120; number++)
        {
            var run = FleetRun.Draw(number);
            var scaling = new ScalingOptions { Autoscaler = new RequestsPerReplicaScaler(2, new HysteresisOptions { ScaleOutAfter = 1, ScaleInAfter = 2 }), ReplicasMin = 2, ReplicasMax = 8, PeriodUs = 1000, StartupUs = 700 };
            var options = run.Options with { Scaling = scaling };
            var (fast, slow) = (new RunLog(), new RunLog());
            var leaping = Simulator.Run(run.Trace, options, fast);
            var stepping = Simulator.Run(run.Trace, options with { Leaping = false }, slow);
            Assert.True(stepping.Records.SequenceEqual(leaping.Records), $"case {number}");
            Assert.Equal(stepping.Fleet, leaping.Fleet);
            Assert.Equal(Enumerable.Range(0, run.Trace.Count), fast.Ends.Select(end => end.Request).Order());
        }
    }

    [Theory]
    [InlineData(0, 4, 1_000_000, 0)]
    [InlineData(2, 4, 1_000_000, 0)]
    [InlineData(1, 5000, 1_000_000, 0)]
    [InlineData(1, 4, 10, 0)]
    [InlineData(1, 4, 1_000_000, -1)]
    public void Values_out_of_range_are_refused(int min, int max, long periodUs, long startupUs) => Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified([], Small() with
    {
        Scaling = new ScalingOptions { Autoscaler = new KvShareScaler(), ReplicasMin = min, ReplicasMax = max, PeriodUs = periodUs, StartupUs = startupUs },
    }));

    private static ScalingOptions Scaling(IAutoscaler autoscaler) => new() { Autoscaler = autoscaler, ReplicasMax = 16, PeriodUs = 5_000_000, StartupUs = 20_000_000 };

    private static SimulationOptions Profile() => new()
    {
        Planner = PolicyCatalogue.Planner("fcfs"),
        Router = PolicyCatalogue.Router("least-loaded"),
        Limits = StepTimeProfiles.Llama3B8A100.Limits,
        Kv = new KvLedgerOptions { BlocksTotal = StepTimeProfiles.Llama3B8A100.KvTokens / 16, BlockSizeTokens = 16, PrefixCaching = false },
        StepTime = StepTimeProfiles.Llama3B8A100.StepTime,
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = 500,
        KeepsRecords = true,
    };

    private static IReadOnlyList<TraceRequest> Requests(double ratePerS, int seconds) => WorkloadGenerator.Draw(new WorkloadSpec
    {
        Requests = (int)(ratePerS * seconds),
        Arrivals = WorkloadSpec.AtRate(ratePerS),
        PromptLength = new LognormalLength(500, 0.8, 1, 4000),
        OutputLength = new LognormalLength(100, 0.8, 1, 500),
    }, seed: 1);

    /// <summary>How many replicas got requests in the last minute.</summary>
    private sealed class Sizes : SimulationObserver
    {
        private readonly Dictionary<int, long> _gotUs = [];
        private long _lastUs;

        public int Busy => _gotUs.Values.Count(lastUs => lastUs >= _lastUs - 60_000_000);

        public override void Routed(int request, int replica, long nowUs) => _gotUs[replica] = _lastUs = nowUs;
    }

    /// <summary>Counts how often a fleet is to grow after it was to shrink.</summary>
    private sealed class Counting(IAutoscaler autoscaler) : IAutoscaler
    {
        private bool _hasShrunk;

        public int Swings { get; private set; }

        public string Name => autoscaler.Name;

        public PolicyState NewState() => autoscaler.NewState();

        public int Wanted(in ScalingView view, PolicyState state)
        {
            var wanted = autoscaler.Wanted(view, state);
            if (wanted > view.Replicas && _hasShrunk) (Swings, _hasShrunk) = (Swings + 1, false);
            if (wanted < view.Replicas) _hasShrunk = true;
            return wanted;
        }
    }
}
