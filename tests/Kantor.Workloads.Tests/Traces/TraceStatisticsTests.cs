using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Tests.Traces;

public class TraceStatisticsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Requests_at_equal_distances_have_the_rate_of_that_distance(int requests)
    {
        var statistics = TraceStatistics.Of([.. Enumerable.Range(0, requests).Select(index => Request(index * 500_000, 512, 4, index))]);
        Assert.Equal(2, statistics.RatePerS);
        Assert.Null(TraceStatistics.RateOf([Request(0, 1, 1), Request(0, 1, 1)]));
    }

    [Fact]
    public void Times_lengths_and_reuse_are_those_counted_by_hand()
    {
        var statistics = TraceStatistics.Of(
        [
            Request(0, 1024, 10, 1, 2),
            Request(1_000_000, 1024, 20, 1, 3),
            Request(4_000_000, 512, 30, 9),
            Request(4_000_000, 1536, 40, 8, 2, 3),
        ]);
        Assert.Equal((4, 4.0, 0.75), (statistics.Requests, statistics.SpanS, statistics.RatePerS));
        // Gaps 1, 3, 0 s: mean 4/3, variance 14/9.
        Assert.Equal(Math.Sqrt(14.0 / 9) / (4.0 / 3), statistics.GapCv!.Value, 9);
        Assert.Equal(new Distribution(1024, 1024, 1536, 1536, 1536), statistics.InputTokens);
        Assert.Equal(new Distribution(25, 20, 40, 40, 40), statistics.OutputTokens);
        var reuse = statistics.Reuse!;
        Assert.Equal([512], reuse.BlockTokens);
        Assert.Equal((8L, 3L, 1L, 1), (reuse.Blocks, reuse.BlocksSeenBefore, reuse.PrefixBlocksSeenBefore, reuse.RequestsWithHit));
        Assert.Null(statistics.Sessions);
        Assert.Null(statistics.Tenants);
    }

    [Fact]
    public void What_a_trace_does_not_tell_is_null()
    {
        var statistics = TraceStatistics.Of([new TraceRequest(7, 5, 6)]);
        Assert.Null(statistics.RatePerS);
        Assert.Null(statistics.GapCv);
        Assert.Null(statistics.Reuse);
        Assert.Throws<ArgumentOutOfRangeException>(() => TraceStatistics.Of([]));
    }

    [Fact]
    public void Even_gaps_do_not_vary() => Assert.Equal(0, TraceStatistics.Of([.. Enumerable.Range(0, 9).Select(index => new TraceRequest(index * 1000, 1, 1))]).GapCv!.Value, 12);

    [Fact]
    public void Sessions_tenants_and_waits_are_counted_apart()
    {
        var statistics = TraceStatistics.Of(
        [
            Turn("a", 0, 99_000, TurnCause.Human), Turn("a", 1, 2_000, TurnCause.Tool), Turn("a", 2, 4_000, TurnCause.Tool),
            Turn("b", 0, null, TurnCause.Unknown, parent: "a"), Turn("b", 1, 6_000, TurnCause.Human, parent: "a"),
            new TraceRequest(0, 1, 1) { Tenant = "x" }, new TraceRequest(0, 1, 1) { Tenant = "y" }, new TraceRequest(0, 1, 1) { Tenant = "x" },
        ]);
        var sessions = statistics.Sessions!;
        Assert.Equal((1, 1, 3L), (sessions.Sessions, sessions.SubAgents, sessions.Turns!.Max));
        Assert.Equal((3.0, 4L), (sessions.ToolThinkMs!.Mean, sessions.ToolThinkMs.Max));
        Assert.Equal(6, sessions.HumanThinkMs!.Mean);
        Assert.Null(sessions.OtherThinkMs);
        Assert.Equal(2, statistics.Tenants);
    }

    private static TraceRequest Request(long atUs, int prompt, int output, params int[] ids) => new(atUs, prompt, output, ids, 512);

    private static TraceRequest Turn(string session, int turn, long? thinkUs, TurnCause cause, string? parent = null) =>
        new(0, 1, 1) { Turn = new TraceTurn { SessionId = session, ParentSessionId = parent, Turn = turn, ThinkUs = thinkUs, Cause = cause } };
}
