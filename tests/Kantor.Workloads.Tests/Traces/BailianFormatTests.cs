using Kantor.Workloads.Traces;
using static Kantor.Workloads.Tests.Traces.TraceFiles;

namespace Kantor.Workloads.Tests.Traces;

public class BailianFormatTests
{
    [Fact]
    public void Chats_that_follow_a_parent_are_turns_of_one_session_and_equal_hashes_are_equal_blocks()
    {
        var trace = Load(Bytes(
            Chat(7, -1, "0.5", 20, "[18446744073709551615, 11]"),
            Chat(8, -1, "1", 16, "[5]"),
            Chat(9, 7, "61.114", 40, "[18446744073709551615,12,13]"),
            Chat(10, 9, "62", 33, "[18446744073709551615,12]"),
            Chat(11, 999, "63", 8, "[]")));
        Assert.Equal("Qwen Bailian JSONL", trace.FormatName);
        Assert.Equal([500_000L, 1_000_000, 61_114_000, 62_000_000, 63_000_000], trace.Requests.Select(request => request.ArrivalUs));
        Assert.Equal([("7", 0), ("8", 0), ("7", 1), ("7", 2), ("11", 0)], trace.Requests.Select(request => (request.Turn!.SessionId, request.Turn.Turn)));
        Assert.Equal(trace.Requests[0].BlockIds[0], trace.Requests[2].BlockIds[0]);
        Assert.Equal(trace.Requests[2].BlockIds[..2], trace.Requests[3].BlockIds[..2]);
        Assert.All(trace.Requests, request => Assert.Equal(16, request.NewContent().TokensPerKey));
        var all = trace.Requests.SelectMany(request => request.BlockIds).ToArray();
        Assert.Equal(7, all.Distinct().Count());
        Assert.Equal(10, all.Length);
    }

    [Theory]
    [InlineData("""{"parent_chat_id":-1,"chat_id":"x","timestamp":1,"input_length":5,"output_length":1,"hash_ids":[1]}""", "chat_id must be a whole number from 0")]
    [InlineData("""{"chat_id":2,"timestamp":1,"input_length":5,"output_length":1,"hash_ids":[1]}""", "parent_chat_id must be a whole number from -1")]
    [InlineData("""{"chat_id":2,"parent_chat_id":-1,"timestamp":-1,"input_length":5,"output_length":1,"hash_ids":[1]}""", "timestamp must be a number from 0")]
    [InlineData("""{"chat_id":2,"parent_chat_id":-1,"timestamp":1,"input_length":0,"output_length":1,"hash_ids":[1]}""", "input_length must be a whole number from 1")]
    [InlineData("""{"chat_id":2,"parent_chat_id":-1,"timestamp":1,"input_length":5,"output_length":null,"hash_ids":[1]}""", "output_length must be a whole number from 1")]
    [InlineData("""{"chat_id":2,"parent_chat_id":-1,"timestamp":1,"input_length":5,"output_length":1}""", "hash_ids must be an array")]
    [InlineData("""{"chat_id":2,"parent_chat_id":-1,"timestamp":1,"input_length":5,"output_length":1,"hash_ids":[-1]}""", "hash_ids must be an array of whole numbers from 0 to 18446744073709551615")]
    [InlineData("""{"chat_id":2,"parent_chat_id":-1,"timestamp":1,"input_length":33,"output_length":1,"hash_ids":[1]}""", "hash_ids has 1 ids; 33 prompt tokens need 3 (one per 16; the last may be left out if it is not full, which gives 2)")]
    [InlineData("""{"chat_id":1,"parent_chat_id":-1,"timestamp":1,"input_length":5,"output_length":1,"hash_ids":[1]}""", "chat_id 1 is given to an earlier row")]
    [InlineData("""{"chat_id":2,"chat_id":3}""", "without repeated fields")]
    [InlineData("""{"chat_id":2""", "is not one JSON object")]
    [InlineData("[1]", "the line is not a JSON object; write {\"chat_id\":1")]
    public void A_malformed_row_is_an_error_with_line_and_field_or_is_counted(string row, string expected)
    {
        var content = Bytes(Chat(1, -1, "0", 5, "[1]"), row, Chat(50, 1, "9", 5, "[1]"));
        Assert.Contains("trace.file, line 2: ", ErrorOf(content));
        Assert.Contains(expected, ErrorOf(content));
        var kept = Load(content, new TraceReadOptions { SkipsBadLines = true });
        Assert.Equal((2, 1L), (kept.Requests.Count, kept.LinesSkipped));
    }

    private static string Chat(int id, int parent, string timestamp, int input, string hashes) =>
        $$"""{"chat_id": {{id}}, "parent_chat_id": {{parent}}, "timestamp": {{timestamp}}, "input_length": {{input}}, "output_length": 9, "type": "text", "turn": 1, "hash_ids": {{hashes}}}""";
}
