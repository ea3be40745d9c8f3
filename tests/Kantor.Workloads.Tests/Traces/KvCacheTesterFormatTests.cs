using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class KvCacheTesterFormatTests
{
    private const string First = """{"t":0.0,"type":"n","in":130,"out":86,"hash_ids":[1,2],"input_types":["text"],"think_time":0.0}""";
    private const string Second = """{"t":9.5,"type":"s","in":192,"out":20,"hash_ids":[1,2,3],"input_types":["tool_result"],"think_time":2.25}""";
    private const string Child = """{"t":4,"type":"subagent","agent_id":"scout","requests":[{"t":1,"type":"n","in":64,"out":5,"hash_ids":[1]}]}""";

    [Fact]
    public void Turns_tools_and_sub_agents_are_kept_and_times_count_from_the_session()
    {
        var trace = Load(Bytes(Session("a", First, Child, Second)));
        Assert.Equal("kv-cache-tester JSONL", trace.FormatName);
        Assert.Equal([0L, 5_000_000, 9_500_000], trace.Requests.Select(request => request.ArrivalUs));
        Assert.Equal([("a", null, 0), ("a/scout#1", "a", 0), ("a", null, 1)], trace.Requests.Select(request => (request.Turn!.SessionId, request.Turn.ParentSessionId, request.Turn.Turn)));
        Assert.Equal([TurnCause.Human, TurnCause.Unknown, TurnCause.Tool], trace.Requests.Select(request => request.Turn!.Cause));
        Assert.Equal([0, null, 2_250_000L], trace.Requests.Select(request => request.Turn!.ThinkUs));
        Assert.Equal(3, trace.Requests[0].BlockIds.Length);
        Assert.Equal(trace.Requests[0].BlockIds[..2], trace.Requests[2].BlockIds[..2]);
        Assert.Equal(trace.Requests[0].BlockIds[0], trace.Requests[1].BlockIds[0]);
        Assert.DoesNotContain(trace.Requests[0].BlockIds[2], trace.Requests[2].BlockIds);
        Assert.Equal(130, trace.Requests[0].NewContent().IdentifiedCount);
    }

    [Fact]
    public void Sessions_share_no_blocks_and_start_at_random_by_seed_and_gap()
    {
        byte[] content = Bytes([.. Enumerable.Range(0, 400).Select(index => Session($"s{index}", First))]);
        var trace = Load(content, new TraceReadOptions { SessionGapS = 10 });
        Assert.Equal(1200, trace.Requests.SelectMany(request => request.BlockIds).Distinct().Count());
        Assert.InRange(trace.Requests[^1].ArrivalUs / 1e6, 3400, 4600);
        Assert.Contains("10 s apart", trace.Note);
        Assert.Equal(Times(trace), Times(Load(content, new TraceReadOptions { SessionGapS = 10 })));
        Assert.NotEqual(Times(trace), Times(Load(content, new TraceReadOptions { SessionGapS = 10, SessionStartSeed = 2 })));
        Assert.Throws<ArgumentOutOfRangeException>(() => Load(content, new TraceReadOptions { SessionGapS = 0 }));
    }

    [Fact]
    public void Requests_of_interleaved_sessions_come_in_order_of_arrival()
    {
        var trace = Load(Bytes(Session("a", First, Second), Session("b", First, Second)), new TraceReadOptions { SessionGapS = 0.001 });
        Assert.Equal(["a", "b", "a", "b"], trace.Requests.Select(request => request.Turn!.SessionId));
    }

    [Fact]
    public void Requests_that_were_broken_off_without_output_are_left_out_and_counted()
    {
        var trace = Load(Bytes(Session("a", First, """{"t":1,"in":64,"out":0,"hash_ids":[1]}""")));
        Assert.Single(trace.Requests);
        Assert.Contains("left out: 1", trace.Note);
    }

    [Theory]
    [InlineData("""{"t":1,"in":64,"hash_ids":[1]}""", "requests[1]: out must be a whole number from 0")]
    [InlineData("""{"t":1,"in":0,"out":5,"hash_ids":[1]}""", "requests[1]: in must be a whole number from 1")]
    [InlineData("""{"in":64,"out":5,"hash_ids":[1]}""", "requests[1]: t must be a number from 0")]
    [InlineData("""{"t":1,"in":64,"out":5,"hash_ids":[1,2]}""", "requests[1]: hash_ids has 2 ids; 64 prompt tokens need 1 (one per 64")]
    [InlineData("""{"t":1,"in":64,"out":5,"hash_ids":[2147483647]}""", "requests[1]: hash_ids are too large")]
    [InlineData("""{"t":1,"in":64,"out":5,"hash_ids":["a"]}""", "requests[1]: hash_ids must be an array of whole numbers")]
    [InlineData("""{"t":1,"in":64,"out":5,"hash_ids":[1],"think_time":-1}""", "requests[1]: think_time must be a number from 0")]
    [InlineData("""{"t":1,"in":64,"out":5,"hash_ids":[1],"input_types":[1]}""", "requests[1]: input_types must be an array of texts")]
    [InlineData("""{"t":1,"type":"subagent","requests":[{"t":1}]}""", "requests[1]: requests[0]: out must be")]
    [InlineData("7", "requests[1]: must be an object")]
    public void A_malformed_request_spoils_its_session_and_is_named(string request, string expected)
    {
        var content = Bytes(Session("a", First), Session("b", First, request), Session("c", First));
        Assert.Contains("trace.file, line 2: " + expected, ErrorOf(content));
        var kept = Load(content, new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal(["a", "c"], kept.Requests.Select(kept => kept.Turn!.SessionId));
        Assert.Equal(1, kept.LinesSkipped);
    }

    [Theory]
    [InlineData("""{"id":"a","block_size":64,"hash_id_scope":"local","requests":[]}""", "requests must hold at least one")]
    [InlineData("""{"id":"a","block_size":64,"hash_id_scope":"global","requests":[]}""", "hash_id_scope must be local")]
    [InlineData("""{"id":"a","block_size":0,"hash_id_scope":"local","requests":[]}""", "block_size must be a whole number from 1")]
    [InlineData("""{"block_size":64,"hash_id_scope":"local","requests":[]}""", "id must be a text")]
    public void A_malformed_session_is_named(string session, string expected) => Assert.Contains("line 1: " + expected, ErrorOf(Bytes(session)));

    [Fact]
    public void A_session_that_comes_twice_is_an_error() => Assert.Contains("line 2: id 'a' is given to an earlier session", ErrorOf(Bytes(Session("a", First), Session("a", First))));

    private static string Session(string id, params string[] requests) =>
        $$"""{"id":"{{id}}","models":["m"],"block_size":64,"hash_id_scope":"local","tool_tokens":1,"requests":[{{string.Join(',', requests)}}]}""";

    private static IEnumerable<long> Times(Trace trace) => trace.Requests.Select(request => request.ArrivalUs);
}
