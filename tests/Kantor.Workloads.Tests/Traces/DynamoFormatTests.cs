using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class DynamoFormatTests
{
    private const string Tool = """{"schema":"dynamo.request.trace.v1","event_type":"tool_end","event_time_unix_ms":5000,"agent_context":{"session_id":"s"},"tool":{"duration_ms":4.07}}""";

    [Fact]
    public void Both_forms_give_the_same_trace_sorted_by_the_time_of_receipt()
    {
        string[] bare = [End(2000, 3000, "s"), Tool, End(1000, 4000, "t", "s"), End(3500, 5000, "s")];
        foreach (var lines in (string[][])[bare, [.. bare.Select((line, index) => $$"""{"timestamp": {{index}}, "event": {{line}}}""")]])
        {
            var trace = Load(Gzip(Bytes(lines)));
            Assert.Equal("Dynamo request trace v1", trace.FormatName);
            Assert.Equal([0L, 1_000_000, 2_500_000], trace.Requests.Select(request => request.ArrivalUs));
            Assert.Equal([("t", "s", 0, null), ("s", null, 0, null), ("s", null, 1, (long?)500_000)], trace.Requests.Select(request => (request.Turn!.SessionId, request.Turn.ParentSessionId, request.Turn.Turn, request.Turn.ThinkUs)));
            Assert.All(trace.Requests, request => Assert.Equal((33, 3, 16), (request.PromptTokens, request.OutputTokens, request.TokensPerBlockId)));
            Assert.Equal(trace.Requests[0].BlockIds, trace.Requests[2].BlockIds);
        }
    }

    [Fact]
    public void A_turn_that_overlaps_the_one_before_has_no_think_time()
    {
        var trace = Load(Bytes(End(1000, 4000, "s"), End(3999, 5000, "s")));
        Assert.Null(trace.Requests[1].Turn!.ThinkUs);
    }

    /// <summary>The parent's first turn ends at 2 s, its next is sent at 62 s; the sub-agent in between at 3 s: 1 s after the turn, at any rate.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void The_delay_of_a_sub_agent_is_the_recorded_one_whatever_the_rate(double rateScale)
    {
        var trace = Load(Bytes(End(0, 2_000, "root"), End(3_000, 4_000, "sub", "root"), End(62_000, 63_000, "root"))).ScaleRate(rateScale);
        Assert.Equal((1_000_000, 60_000_000), (trace.Requests[1].Turn!.LaunchUs, trace.Requests[2].Turn!.ThinkUs));
        Assert.Equal(3_000_000 / rateScale, trace.Requests[1].ArrivalUs, 1.0);
    }

    [Fact]
    public void Without_replay_the_content_is_unknown_and_without_agent_context_a_request_stands_alone()
    {
        var trace = Load(Bytes("""{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":1779163048815,"input_tokens":15,"output_tokens":3}}"""));
        Assert.Equal((0L, 15, 3, 0), (trace.Requests[0].ArrivalUs, trace.Requests[0].PromptTokens, trace.Requests[0].OutputTokens, trace.Requests[0].BlockIds.Length));
        Assert.Null(trace.Requests[0].Turn);
    }

    [Theory]
    [InlineData("""{"schema":"dynamo.request.trace.v2","event_type":"request_end","request":{}}""", "schema must be dynamo.request.trace.v1")]
    [InlineData("""{"event_type":"request_end","request":{}}""", "schema must be a text")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"other"}""", "event_type must be request_end, request_payload")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"request_end"}""", "request must be an object")]
    [InlineData("""{"timestamp":1,"event":7}""", "event must be an object")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"output_tokens":3,"input_tokens":1}}""", "request_received_ms must be a number from 0")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":1,"input_tokens":1}}""", "output_tokens must be a whole number from 1")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":1,"output_tokens":1,"replay":{"input_length":1,"input_sequence_hashes":[1]}}}""", "trace_block_size must be a whole number from 1")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":1,"output_tokens":1,"replay":{"trace_block_size":16,"input_length":99,"input_sequence_hashes":[1]}}}""", "input_sequence_hashes has 1 ids; 99 prompt tokens need 7")]
    [InlineData("""{"schema":"dynamo.request.trace.v1","event_type":"request_end","agent_context":{},"request":{"request_received_ms":1,"output_tokens":1,"input_tokens":1}}""", "session_id must be a text")]
    public void A_malformed_event_is_an_error_with_line_and_field_or_is_counted(string row, string expected)
    {
        var content = Bytes(End(1000, 2000, "s"), row, End(3000, 4000, "s"));
        Assert.Contains("trace.file, line 2: " + expected, ErrorOf(content));
        var kept = Load(content, new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal((2, 1L), (kept.Requests.Count, kept.LinesSkipped));
    }

    [Fact]
    public void A_file_of_tool_events_only_holds_no_request() => Assert.Contains("holds no request", ErrorOf(Bytes(Tool)));

    private static string End(long receivedMs, long endMs, string session, string? parent = null) =>
        $$$"""{"schema":"dynamo.request.trace.v1","event_type":"request_end","event_time_unix_ms":{{{1779163040000 + endMs}}},"agent_context":{"session_id":"{{{session}}}"{{{(parent is null ? "" : $",\"parent_session_id\":\"{parent}\"")}}}},"request":{"request_id":"r","request_received_ms":{{{1779163040000 + receivedMs}}},"output_tokens":3,"replay":{"trace_block_size":16,"input_length":33,"input_sequence_hashes":[18446744073709551615,2,3]} } }""";
}
