using Kantor.Simulation.Clients;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;
using static Kantor.Simulation.Tests.Fleet;

namespace Kantor.Simulation.Tests.Clients;

/// <summary>Sessions in a closed loop: steps take 100 µs + 10 µs per prompt token + 1 µs per decode.</summary>
public class SessionLoopTests
{
    [Fact]
    public void INV_SIM_10_no_turn_is_sent_before_the_turn_before_has_ended_and_the_think_time_is_over()
    {
        var (waited, open) = (0, 0);
        for (var number = 0; number < 100; number++)
        {
            var run = RandomRun.Draw(number, "vllm-v1");
            var trace = RandomClients.InSessions(number, run.Trace);
            var closed = RunClosed(trace, RandomClients.Draw(number, run.Options));
            var recorded = RunVerified(trace, run.Options);
            foreach (var (turn, before) in Pairs(trace))
            {
                Assert.True(closed.SentUs(turn) >= closed.EndUs(before) + (trace[turn].Turn!.ThinkUs ?? 0), $"case {number}: turn {turn}");
                waited++;
                if (recorded.Records[turn].ArrivalUs < recorded.Records[before].LastTokenUs + (trace[turn].Turn!.ThinkUs ?? 0)) open++;
            }
        }

        // Negative control: at the recorded times the law is broken.
        Assert.True(waited > 500 && open > 100, $"{waited} {open}");
    }

    [Fact]
    public void A_turn_comes_its_think_time_after_the_end_of_the_turn_before_earlier_or_later_than_recorded()
    {
        var run = RunClosed([Turn("a", 0, 0, null), Turn("a", 1, 50_000, 300), Turn("a", 2, 50_001, 0)]);
        Assert.Equal([0L, 440, 580], run.Result.Records.Select(record => record.ArrivalUs));
    }

    [Fact]
    public void A_turn_without_think_time_keeps_its_recorded_distance_unless_the_turn_before_takes_longer()
    {
        var run = RunClosed([Turn("a", 0, 0, null), Turn("a", 1, 30, null), Turn("a", 2, 5030, null)]);
        Assert.Equal([0L, 140, 5140], run.Result.Records.Select(record => record.ArrivalUs));
    }

    [Fact]
    public void A_sub_agent_starts_after_the_turn_that_launched_it()
    {
        // The parent's next turn was recorded 1000 us after the end of the first, the sub-agent 600 us before that.
        var run = RunClosed(Launching);
        Assert.Equal([0L, 540, 690, 1140], run.Result.Records.Select(record => record.ArrivalUs));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(10)]
    [InlineData(100)]
    public void Another_arrival_rate_changes_neither_think_times_nor_when_a_sub_agent_is_launched(double rateScale)
    {
        var trace = new Trace { Requests = Launching, FormatName = "t" };
        Assert.Equal([0L, 540, 690, 1140], RunClosed(trace.ScaleRate(rateScale).Requests).Result.Records.Select(record => record.ArrivalUs));
    }

    private static IReadOnlyList<TraceRequest> Launching => SessionLaunches.Resolve(
        [Turn("a", 0, 0, null), Turn("a/b", 0, 4400, null, "a"), Turn("a/b", 1, 4500, 10, "a"), Turn("a", 1, 5000, 1000)]);

    [Fact]
    public void A_sub_agent_of_an_unknown_parent_starts_at_its_recorded_time()
    {
        var run = RunClosed([Turn("b", 0, 70, null, "never-seen"), Turn("c", 0, 90, null, "d"), Turn("d", 0, 95, null)]);
        Assert.Equal([70L, 90, 95], run.Result.Records.Select(record => record.ArrivalUs));
    }

    [Fact]
    public void A_session_goes_on_after_a_turn_that_was_refused()
    {
        var run = RunClosed([Turn("a", 0, 0, null) with { PromptTokens = 5000 }, Turn("a", 1, 9000, 250)]);
        Assert.Equal((1, 1, 250L), (run.Result.Rejected, run.Result.Completed, run.Result.Records[1].ArrivalUs));
    }

    [Fact]
    public void INV_SIM_10_a_session_is_served_one_turn_at_a_time()
    {
        for (var number = 0; number < 50; number++)
        {
            var run = RandomRun.Draw(number, "sarathi");
            var trace = RandomClients.InSessions(number, run.Trace);
            var closed = RunClosed(trace, run.Options with { Clients = new ClientOptions { Loop = new SessionLoop() } });
            foreach (var session in Enumerable.Range(0, trace.Count).Where(request => trace[request].Turn is not null).GroupBy(request => trace[request].Turn!.SessionId))
            {
                var untilUs = 0L;
                foreach (var turn in session)
                {
                    Assert.True(closed.SentUs(turn) >= untilUs);
                    untilUs = closed.EndUs(turn);
                }
            }
        }
    }

    private static TraceRequest Turn(string session, int turn, long arrivalUs, long? thinkUs, string? parent = null) => Request(arrivalUs, 4, 1) with
    {
        Turn = new TraceTurn { SessionId = session, Turn = turn, ThinkUs = thinkUs, ParentSessionId = parent },
    };

    private static IEnumerable<(int Turn, int Before)> Pairs(IReadOnlyList<TraceRequest> trace)
    {
        var newest = new Dictionary<string, int>();
        for (var request = 0; request < trace.Count; request++)
        {
            if (trace[request].Turn is not { } turn) continue;
            if (newest.TryGetValue(turn.SessionId, out var before)) yield return (request, before);
            newest[turn.SessionId] = request;
        }
    }

    private static ClosedRun RunClosed(IReadOnlyList<TraceRequest> trace, SimulationOptions? options = null)
    {
        options ??= Small();
        var log = new RunLog();
        return new ClosedRun(RunVerified(trace, options with { Clients = options.Clients with { Loop = new SessionLoop() } }, log), log);
    }

    private sealed record ClosedRun(SimulationResult Result, RunLog Log)
    {
        public long SentUs(int request) => Result.Records[request].ArrivalUs;

        public long EndUs(int request) => Log.Ends.Single(end => end.Request == request).AtUs;
    }
}
