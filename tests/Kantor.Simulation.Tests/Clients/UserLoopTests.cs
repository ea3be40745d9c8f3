using Kantor.Core.StepTime;
using Kantor.Simulation.Clients;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Clients;

public class UserLoopTests
{
    [Fact]
    public void One_user_who_does_not_think_keeps_one_request_under_way_without_a_pause()
    {
        var result = RunVerified(Alike(50), Small() with { Clients = Users(1) });
        for (var request = 1; request < 50; request++) Assert.Equal(result.Records[request - 1].LastTokenUs, result.Records[request].ArrivalUs);
        Assert.Equal(result.Records.Sum(record => record.E2eUs), result.MakespanUs);
    }

    [Fact]
    public void INV_SIM_11_users_are_throughput_times_the_time_of_a_round()
    {
        foreach (var (users, thinkUs) in new[] { (1, 0L), (3, 0), (8, 0), (8, 2500) })
        {
            // Every user is in a request or thinks, so the times of all rounds fill the run of each user.
            var result = RunVerified(Alike(400), Small() with { Clients = Users(users, thinkUs) });
            var busyUs = result.Records.Sum(record => record.E2eUs!.Value + thinkUs);
            Assert.InRange(busyUs / (double)users, result.MakespanUs - 5000, result.MakespanUs + 5000);
        }
    }

    [Fact]
    public void A_lone_user_waits_for_the_way_there_and_one_prefill()
    {
        foreach (var record in Loop(users: 1, requests: 5).Records)
        {
            Assert.Equal(7_000 + StepUs(new StepLoad(400, 0, 0, 400.0 * 400)), record.TtftUs);
            Assert.InRange(record.TpotUs!.Value, StepUs(new StepLoad(0, 1, 400, 0)), StepUs(new StepLoad(0, 1, 420, 0)));
        }
    }

    [Fact]
    public void More_users_wait_longer()
    {
        double MeanE2eUs(int users) => Loop(users, requests: 50 * users).Records.Average(record => record.E2eUs!.Value);
        Assert.True(MeanE2eUs(8) > 1.1 * MeanE2eUs(1));
    }

    [Fact]
    public void A_request_that_arrives_during_a_step_misses_the_next_one_when_steps_are_planned_ahead()
    {
        double MeanTtftMs(bool plansAhead) => Loop(users: 4, requests: 200, plansAhead, scatter: 17).Records.Average(record => record.TtftUs!.Value / 1e3);
        Assert.InRange(MeanTtftMs(plansAhead: true) - MeanTtftMs(plansAhead: false), 1, 30);
    }

    [Fact]
    public void No_more_requests_are_open_than_there_are_users()
    {
        var log = new RunLog();
        RunVerified(Alike(60), Small() with { Clients = Users(5) }, log);
        var changes = log.Arrivals.Select(arrival => (arrival.AtUs, Change: 1)).Concat(log.Ends.Select(end => (end.AtUs, Change: -1)));
        var (open, most) = (0, 0);
        foreach (var (_, change) in changes.Order()) most = Math.Max(most, open += change);
        Assert.Equal(5, most);
    }

    [Fact]
    public void A_user_whose_request_is_refused_sends_the_next()
    {
        var result = RunVerified([Request(0, 5000, 1), Request(0, 4, 1), Request(0, 5000, 1)], Small() with { Clients = Users(1) });
        Assert.Equal((1, 2, 140L), (result.Completed, result.Rejected, result.Records[2].ArrivalUs));
    }

    [Fact]
    public void The_way_to_the_fleet_counts_as_latency_but_not_as_arrival()
    {
        var log = new RunLog();
        var result = RunVerified(Alike(3), Small() with { Clients = Users(1) with { RequestUs = prompt => 700 + (prompt / 10.0) } }, log);
        Assert.Equal(701, log.Arrivals[0].AtUs);
        Assert.Equal(841, result.Records[0].TtftUs);
        Assert.Equal(log.Ends[0].AtUs + 701, log.Arrivals[1].AtUs);
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    public void An_impossible_way_to_the_fleet_is_an_error(double us)
    {
        var fault = Assert.Throws<SimulationException>(() => RunVerified(Alike(1), Small() with { Clients = new ClientOptions { RequestUs = _ => us } }));
        Assert.Contains("4 tokens", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_loop_needs_users() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RunVerified(Alike(1), Small() with { Clients = Users(0) }));

    private static TraceRequest[] Alike(int count) => [.. Enumerable.Range(0, count).Select(_ => Request(0, 4, 3))];

    private static long StepUs(StepLoad load) => (long)Math.Ceiling(ComposedSteps.Model.StepUs(load));

    private static SimulationResult Loop(int users, int requests, bool plansAhead = false, int scatter = 1) => RunVerified(
        [.. Enumerable.Range(0, requests).Select(number => new TraceRequest(0, 400, 20 + (7 * number % scatter)))],
        ComposedSteps.Replica with { PlansAhead = plansAhead, Clients = Users(users) with { RequestUs = _ => 7_000 } });

    private static ClientOptions Users(int users, long thinkUs = 0) => new() { Loop = new UserLoop { Users = users, ThinkUs = thinkUs } };
}
