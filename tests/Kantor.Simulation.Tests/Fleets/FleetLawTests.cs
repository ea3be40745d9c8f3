using Kantor.Core.Requests;
using Kantor.Simulation.Events;
using Kantor.Simulation.Fleets;
using Kantor.Simulation.Metrics;
using Kantor.Simulation.Pools;
using Kantor.Simulation.Signals;
using Kantor.Simulation.Tests.Signals;

namespace Kantor.Simulation.Tests.Fleets;

/// <summary>Laws of a fleet in which replicas fail, drain and join; of every kind, under random work.</summary>
public class FleetLawTests
{
    private const int Cases = 360;

    [Fact]
    public void INV_SIM_21_every_request_ends_exactly_once_whatever_happens_to_its_replicas_and_the_books_hold()
    {
        var (outcomes, handedOn, waited, failed, left) = (new HashSet<RequestOutcome?>(), 0, 0, 0, 0);
        ForAll((run, result, log) =>
        {
            Assert.Equal(Enumerable.Range(0, run.Trace.Count), log.Ends.Select(end => end.Request).Order());
            foreach (var (request, record) in result.Records.Index())
            {
                outcomes.Add(record.Outcome);
                if (record.IsCompleted) Assert.Equal(Math.Min(run.Options.OutputTokensMax, run.Trace[request].OutputTokens), record.OutputTokens);
            }

            (handedOn, waited, failed, left) = (handedOn + result.Fleet.HandedOn, waited + result.Fleet.WaitedOutside, failed + result.Fleet.Failed, left + result.Fleet.Left);
        });
        Assert.Superset(new HashSet<RequestOutcome?> { RequestOutcome.Stopped, RequestOutcome.BackendFailed, RequestOutcome.ShutDown, RequestOutcome.RefusedQueueFull, RequestOutcome.Cancelled }, outcomes);
        Assert.True(handedOn > 200 && waited > 100 && failed > 200 && left > 50, $"{handedOn} {waited} {failed} {left}");
    }

    [Fact]
    public void INV_SIM_22_nothing_is_sent_to_a_replica_that_failed_and_it_begins_no_step() => ForAll((run, _, log) =>
    {
        foreach (var fails in run.Options.Fleet.Events.OfType<ReplicaFails>().Where(fails => IsFirstAndThere(fails, run, log)))
        {
            Assert.DoesNotContain(log.Arrivals, arrival => arrival.Replica == fails.Replica && arrival.AtUs > fails.AtUs);
            Assert.DoesNotContain(log.Steps, step => step.Replica == fails.Replica && step.FromUs >= fails.AtUs);
        }

        foreach (var drains in run.Options.Fleet.Events.OfType<ReplicaDrains>().Where(drains => drains.Replica < run.Options.Replicas))
        {
            Assert.DoesNotContain(log.Arrivals, arrival => arrival.Replica == drains.Replica && arrival.AtUs > drains.AtUs);
        }
    });

    [Fact]
    public void INV_SIM_9_leaping_changes_nothing_in_a_fleet_that_changes()
    {
        var leapt = 0L;
        for (var number = 0; number < Cases; number++)
        {
            var run = FleetRun.Draw(number, number % 2 == 0 ? "fcfs" : "vllm-v1");
            var (fast, slow) = (new RunLog(), new RunLog());
            var leaping = Simulator.Run(run.Trace, run.Options, fast);
            var stepping = Simulator.Run(run.Trace, run.Options with { Leaping = false }, slow);
            Assert.True(stepping.Records.SequenceEqual(leaping.Records), $"case {number}");
            Assert.Equal(stepping.Fleet, leaping.Fleet);
            Assert.Equal(slow.Arrivals, fast.Arrivals);
            leapt += fast.StepsLeapt;
        }

        Assert.True(leapt > 500, $"only {leapt} steps were leapt");
    }

    [Fact]
    public void INV_SIM_6_the_same_run_twice_is_the_same_in_a_fleet_that_changes() => ForAll((run, result, log) =>
    {
        var again = new RunLog();
        Assert.Equal(result.Records, Simulator.Run(run.Trace, run.Options, again).Records);
        Assert.Equal(log.Arrivals, again.Arrivals);
    });

    [Fact]
    public void INV_SIM_20_a_router_that_counts_its_own_knows_how_many_requests_each_replica_has_whoever_fails_or_gives_up()
    {
        for (var number = 0; number < Cases; number++)
        {
            var run = FleetRun.Draw(number);
            var (heard, truth) = (new Listening(), new Listening());
            var own = FleetSignals.All(new SignalFreshness { PeriodUs = 2000, JitterUs = 500, DelayUs = 700, CountsOwn = true });
            Simulator.Run(run.Trace, run.Options with { Router = heard, Signals = own });
            Simulator.Run(run.Trace, run.Options with { Router = truth, Signals = new FleetSignals() });
            Assert.Equal(truth.Heard.Select(item => (item.View.Replica, item.View.Requests)), heard.Heard.Select(item => (item.View.Replica, item.View.Requests)));
        }
    }

    [Fact]
    public void Replica_time_is_at_most_that_of_all_replicas_that_ever_were_and_without_changes_exactly_that_of_the_fleet() => ForAll((run, result, _) =>
    {
        var replicas = run.Options.Replicas + (run.Options.Decode?.Replicas ?? 0);
        Assert.InRange(result.Fleet.ReplicaUs, 0, (replicas + result.Fleet.Joined) * result.MakespanUs);
        var still = Simulator.Run(run.Trace, run.Options with { Fleet = new FleetOptions() });
        Assert.Equal(new FleetTotals { ReplicaUs = replicas * still.MakespanUs, TakingMax = replicas }, still.Fleet);
    });

    private static bool IsFirstAndThere(ReplicaFails fails, FleetRun run, RunLog log) =>
        fails.Replica < run.Options.Replicas && log.Ends.Any(end => end.AtUs > fails.AtUs);

    private static void ForAll(Action<FleetRun, SimulationResult, RunLog> law)
    {
        for (var number = 0; number < Cases; number++)
        {
            var (run, log) = (FleetRun.Draw(number), new RunLog());
            try
            {
                law(run, Simulator.Run(run.Trace, run.Options, log), log);
            }
            catch (Exception exception) when (exception is InvalidOperationException or SimulationException or ArgumentException)
            {
                throw new InvalidOperationException($"case {number}: {exception.Message}", exception);
            }
        }
    }
}
