using Kantor.Core.Batching;
using Kantor.Core.Randomness;
using Kantor.Core.Replica;
using Kantor.Core.Routing;
using Kantor.Simulation.Events;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Signals;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Signals;

public class ReplicaSignalsTests
{
    [Fact]
    public void INV_SIM_20_a_router_hears_each_signal_as_it_was_when_its_age_says_and_never_older_than_its_freshness_allows()
    {
        var oldest = 0L;
        for (var number = 0; number < 60; number++)
        {
            var (run, signals) = (RandomRun.Draw(number, "vllm-v1"), Draw(number));
            var (router, past) = (new Listening(), new Past());
            Simulator.Run(run.Trace, run.Options with { Router = router, Signals = signals }, past);
            foreach (var (nowUs, view) in router.Heard)
            {
                oldest = Math.Max(oldest, view.Ages.OldestUs);
                RequireFresh(signals.Waiting, view.Ages.WaitingUs, nowUs, run.Trace[0].ArrivalUs);
                RequireFresh(signals.Running, view.Ages.RunningUs, nowUs, run.Trace[0].ArrivalUs);
                RequireFresh(signals.KvUsed, view.Ages.KvUs, nowUs, run.Trace[0].ArrivalUs);
                Assert.Contains(view.Waiting, past.At(view.Replica, nowUs - view.Ages.WaitingUs).Select(state => state.Waiting));
                Assert.Contains(view.Running, past.At(view.Replica, nowUs - view.Ages.RunningUs).Select(state => state.Running));
            }
        }

        Assert.True(oldest > 1000, $"{oldest} us is the oldest signal");
    }

    [Fact]
    public void INV_SIM_9_leaping_changes_nothing_that_a_router_hears()
    {
        for (var number = 0; number < 60; number++)
        {
            var run = RandomRun.Draw(number, "fcfs");
            var (fast, slow) = (new Listening(), new Listening());
            var options = run.Options with { Signals = Draw(number) };
            var leaping = Simulator.Run(run.Trace, options with { Router = fast });
            var stepping = Simulator.Run(run.Trace, options with { Router = slow, Leaping = false });
            Assert.Equal(slow.Heard, fast.Heard);
            Assert.Equal(stepping.Records, leaping.Records);
        }
    }

    [Fact]
    public void With_all_counts_its_own_a_router_knows_how_many_requests_each_replica_has()
    {
        for (var number = 0; number < 60; number++)
        {
            var run = RandomRun.Draw(number, "vllm-v1");
            var (heard, truth) = (new Listening(), new Listening());
            var own = new SignalFreshness { PeriodUs = 2000, JitterUs = 500, DelayUs = 700, CountsOwn = true };
            Simulator.Run(run.Trace, run.Options with { Router = heard, Signals = FleetSignals.All(own) });
            Simulator.Run(run.Trace, run.Options with { Router = truth });
            Assert.Equal(truth.Heard.Select(item => item.View.Requests), heard.Heard.Select(item => item.View.Requests));
            Assert.All(heard.Heard, item => Assert.InRange(item.View.KvBlocksUsed, 0, item.View.KvBlocksTotal));
        }
    }

    [Fact]
    public void A_delayed_sample_is_heard_when_the_delay_is_over_and_until_then_the_replica_is_taken_for_idle()
    {
        // One request of many tokens; samples at 0, 1000, …, each heard 300 us later.
        TraceRequest[] trace = [Request(0, 4, 60), Request(299, 4, 1), Request(1299, 4, 1), Request(1300, 4, 1)];
        var router = new Listening();
        var signals = FleetSignals.All(new SignalFreshness { PeriodUs = 1000, DelayUs = 300 });
        Simulator.Run(trace, Small(outputTokensMax: 60) with { Router = router, Signals = signals });
        Assert.Equal([(0L, 0), (299, 0), (1299, 0), (300, 1)], router.Heard.Select(item => (item.View.Ages.OldestUs, item.View.Requests)));
    }

    [Fact]
    public void Prompts_on_their_way_are_counted_in_blocks_until_the_next_sample()
    {
        TraceRequest[] trace = [Request(0, 9, 60), Request(10, 5, 1), Request(20, 4, 1)];
        var router = new Listening();
        Simulator.Run(trace, Small(outputTokensMax: 60) with { Router = router, Signals = new FleetSignals { KvUsed = new SignalFreshness { PeriodUs = 1000, CountsOwn = true } } });
        // Blocks of 4 tokens: 3 for the first prompt, 2 more for the second.
        Assert.Equal([0, 3, 5], router.Heard.Select(item => item.View.KvBlocksUsed));
    }

    [Fact]
    public void Sampling_ends_with_the_last_request()
    {
        var log = new RunLog();
        var result = Simulator.Run([Request(5_000_000_000, 4, 1)], Small() with { Signals = FleetSignals.All(new SignalFreshness { PeriodUs = 10 }) }, log);
        // Arrival, begin and end of the one step of 140 us, and samples only in between.
        Assert.Equal((1, 140L), (result.Completed, result.MakespanUs));
        Assert.InRange(log.Events, 10, 20);
    }

    [Fact]
    public void Jitter_is_reproducible_and_another_seed_gives_other_samples()
    {
        var run = RandomRun.Draw(3, "fcfs");
        IReadOnlyList<long> AgesOf(ulong seed)
        {
            var router = new Listening();
            var signals = FleetSignals.All(new SignalFreshness { PeriodUs = 500, JitterUs = 400 }) with { Seed = seed };
            Simulator.Run(run.Trace, run.Options with { Router = router, Signals = signals });
            return [.. router.Heard.Select(item => item.View.Ages.OldestUs)];
        }

        Assert.Equal(AgesOf(1), AgesOf(1));
        Assert.NotEqual(AgesOf(1), AgesOf(2));
    }

    private static void RequireFresh(SignalFreshness freshness, long ageUs, long nowUs, long firstUs)
    {
        if (freshness.IsPerfect) Assert.Equal(0, ageUs);
        else if (nowUs - firstUs > freshness.DelayUs) Assert.InRange(ageUs, 0, freshness.PeriodUs + freshness.JitterUs + freshness.DelayUs);
    }

    private static FleetSignals Draw(int number)
    {
        var random = new RandomStream((ulong)number, "signals");
        SignalFreshness Signal() => random.NextInt(3) == 0
            ? SignalFreshness.Perfect
            : new SignalFreshness { PeriodUs = 200 + random.NextInt(3000), JitterUs = random.NextInt(200), DelayUs = random.NextInt(2) * random.NextInt(900) };

        return new FleetSignals { Waiting = Signal(), Running = Signal(), KvUsed = Signal() };
    }

    /// <summary>Every state that each replica has been in.</summary>
    private sealed class Past : SimulationObserver
    {
        private readonly List<(long AtUs, (int Waiting, int Running)[] States)> _states = [];

        public override void EventHandled(IReadOnlyList<ReplicaScheduler> schedulers, long nowUs) =>
            _states.Add((nowUs, [.. schedulers.Select(scheduler => (scheduler.WaitingCount, scheduler.RunningCount + scheduler.ParkedCount))]));

        /// <summary>The states of that moment: the last one before it and all that it saw.</summary>
        public IEnumerable<(int Waiting, int Running)> At(int replica, long atUs)
        {
            var before = _states.FindLastIndex(state => state.AtUs < atUs);
            if (before < 0) yield return default;
            for (var index = Math.Max(0, before); index < _states.Count && _states[index].AtUs <= atUs; index++) yield return _states[index].States[replica];
        }
    }
}
