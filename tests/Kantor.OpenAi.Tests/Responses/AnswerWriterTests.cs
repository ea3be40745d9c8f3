using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;

namespace Kantor.OpenAi.Tests.Responses;

public class AnswerWriterTests
{
    private static readonly AnswerHead Head = new("id-1", 1_700_000_000, "m");

    [Fact]
    public void A_whole_chat_answer_has_OpenAIs_shape()
    {
        var json = Whole(new ChatAnswerWriter(Head, false), new AnswerChoice(0, "hé", "stop", null));
        Assert.Equal(
            """{"id":"id-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hé","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":4}}}""",
            json);
    }

    [Fact]
    public void A_whole_plain_answer_has_OpenAIs_shape()
    {
        var json = Whole(new CompletionAnswerWriter(Head, false), new AnswerChoice(0, "x", "length", null));
        Assert.Equal(
            """{"id":"id-1","object":"text_completion","created":1700000000,"model":"m","choices":[{"index":0,"text":"x","logprobs":null,"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":4}}}""",
            json);
    }

    [Fact]
    public void A_chat_stream_opens_with_the_role_and_closes_with_reason_usage_and_end_mark()
    {
        var text = Sse(new ChatAnswerWriter(Head, usageAnnounced: true));
        const string Chunk = """data: {"id":"id-1","object":"chat.completion.chunk","created":1700000000,"model":"m","choices":[""";
        Assert.Equal(
            [
                Chunk + """{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}""",
                Chunk + """{"index":0,"delta":{"content":"a"},"logprobs":null,"finish_reason":null}],"usage":null}""",
                Chunk + """{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}],"usage":null}""",
                Chunk + """],"usage":{"prompt_tokens":5,"completion_tokens":3,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":4}}}""",
                "data: [DONE]",
                "",
            ],
            text.Split("\n\n"));
    }

    [Fact]
    public void A_plain_stream_has_no_opening_and_no_usage_member_unless_announced()
    {
        var text = Sse(new CompletionAnswerWriter(Head, usageAnnounced: false));
        Assert.StartsWith("""data: {"id":"id-1","object":"text_completion","created":1700000000,"model":"m","choices":[{"index":0,"text":"a","logprobs":null,"finish_reason":null}]}""", text);
    }

    [Theory]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    [InlineData(-1e300)]
    public void D7_A_log_probability_that_JSON_cannot_hold_is_written_as_the_floor(double logprob)
    {
        var entry = new LogprobEntry("a"u8.ToArray(), logprob, [new LogprobEntry("b"u8.ToArray(), logprob, [])]);
        var chat = JsonNode.Parse(Whole(new ChatAnswerWriter(Head, false), new AnswerChoice(0, "a", "stop", [entry])))!;
        var content = chat["choices"]![0]!["logprobs"]!["content"]![0]!;
        Assert.Equal(-9999, (double)content["logprob"]!);
        Assert.Equal(-9999, (double)content["top_logprobs"]![0]!["logprob"]!);

        var plain = JsonNode.Parse(Whole(new CompletionAnswerWriter(Head, false), new AnswerChoice(0, "a", "stop", [entry])))!;
        Assert.Equal(-9999, (double)plain["choices"]![0]!["logprobs"]!["token_logprobs"]![0]!);
    }

    [Fact]
    public void Log_probabilities_of_a_chat_name_bytes_even_of_parts_of_characters()
    {
        LogprobEntry[] entries = [new([0xF0, 0x9F], -0.5, [new("x"u8.ToArray(), -1, [])]), new([0x98, 0x80], -0.25, [])];
        var json = JsonNode.Parse(Whole(new ChatAnswerWriter(Head, false), new AnswerChoice(0, "😀", "stop", entries)))!;
        var content = json["choices"]![0]!["logprobs"]!["content"]!.AsArray();
        Assert.Equal(@"bytes:\xf0\x9f", (string?)content[0]!["token"]);
        Assert.Equal([0xF0, 0x9F, 0x98, 0x80], content.SelectMany(token => token!["bytes"]!.AsArray().Select(value => (int)value!)));
        Assert.Equal("x", (string?)content[0]!["top_logprobs"]![0]!["token"]);
    }

    [Fact]
    public void Log_probabilities_of_a_plain_completion_are_parallel_arrays_whose_offsets_go_on_over_chunks()
    {
        using var writer = new CompletionAnswerWriter(Head, false);
        var first = Piece(writer, [new("hé"u8.ToArray(), -1, []), new([0xF0, 0x9F], -1, [])]);
        var second = Piece(writer, [new([0x98, 0x80], -1, []), new("!"u8.ToArray(), -1, [new("?"u8.ToArray(), -2, []), new("?"u8.ToArray(), -3, [])])]);

        Assert.Equal([0, 2], Offsets(first));
        Assert.Equal([3, 3], Offsets(second));
        Assert.Equal("""{"?":-2}""", second["top_logprobs"]![1]!.ToJsonString());
        foreach (var logprobs in new[] { first, second })
            Assert.All(["tokens", "token_logprobs", "top_logprobs", "text_offset"], name => Assert.Equal(2, logprobs[name]!.AsArray().Count));

        static JsonNode Piece(AnswerWriter writer, LogprobEntry[] entries)
        {
            var buffer = new ArrayBufferWriter<byte>();
            writer.WritePiece(buffer, 0, "", entries);
            return Bodies.Json(buffer.WrittenSpan)["choices"]![0]!["logprobs"]!;
        }

        static IEnumerable<int> Offsets(JsonNode logprobs) => logprobs["text_offset"]!.AsArray().Select(value => (int)value!);
    }

    /// <summary>A byte token that is no character is one replacement character of the text that is sent, and what follows is not shifted.</summary>
    [Fact]
    public void Offsets_after_a_lone_byte_are_those_of_the_text_whole_and_in_pieces()
    {
        LogprobEntry[] entries = [new([0x85], -1, []), .. Enumerable.Range(0, 5).Select(_ => new LogprobEntry(" fox"u8.ToArray(), -1, []))];
        const string Text = "\uFFFD fox fox fox fox fox";
        int[] expected = [0, 1, 5, 9, 13, 17];
        var whole = JsonNode.Parse(Whole(new CompletionAnswerWriter(Head, false), new AnswerChoice(0, Text, "length", entries)))!;
        Assert.Equal(expected, OffsetsOf(whole));
        using var writer = new CompletionAnswerWriter(Head, false);
        Assert.Equal(expected, entries.SelectMany(entry =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            writer.WritePiece(buffer, 0, "", [entry]);
            return OffsetsOf(Bodies.Json(buffer.WrittenSpan));
        }));

        static IEnumerable<int> OffsetsOf(JsonNode answer) =>
            [.. answer["choices"]![0]!["logprobs"]!["text_offset"]!.AsArray().Select(value => (int)value!)];
    }

    [Fact]
    public void F5_No_text_of_a_model_forges_an_event_or_the_end_mark()
    {
        var odd = Gen.Elements("data: [DONE]", "\n", "\r", "\r\n\r\n", "event: x", "\u2028", "\u2029", "\u0085", ": ping", "a", "😀", "\0", "\u001b", "\"}");
        Prop.ForAll(odd.ArrayOf().Select(string.Concat).ToArbitrary(), text =>
        {
            var buffer = new ArrayBufferWriter<byte>();
            using var writer = new ChatAnswerWriter(Head, false);
            var sse = new SseWriter(buffer, writer);
            sse.Piece(0, text, null);
            sse.Done();

            var events = Encoding.UTF8.GetString(buffer.WrittenSpan).Split("\n\n");
            Assert.Equal(3, events.Length);
            Assert.DoesNotContain('\n', events[0]);
            Assert.DoesNotContain('\r', events[0]);
            Assert.Equal("data: [DONE]", events[1]);
            Assert.Equal(text, (string?)JsonNode.Parse(events[0]["data: ".Length..])!["choices"]![0]!["delta"]!["content"]);
        }).Holds();
    }

    [Fact]
    public void Half_a_surrogate_pair_is_written_as_the_replacement_character() =>
        Assert.Equal(
            "\uFFFD",
            (string?)JsonNode.Parse(Whole(new ChatAnswerWriter(Head, false), new AnswerChoice(0, "\ud800", "stop", null)))!["choices"]![0]!["message"]!["content"]);

    [Fact]
    public void An_error_event_has_OpenAIs_error_shape()
    {
        var buffer = new ArrayBufferWriter<byte>();
        new ApiError(500, "m", ApiError.ServerError, null, ErrorCodes.BackendFailed).WriteTo(buffer);
        Assert.Equal("""{"error":{"message":"m","type":"server_error","param":null,"code":"backend_failed"}}""", Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static string Whole(AnswerWriter writer, AnswerChoice choice)
    {
        using (writer)
        {
            var buffer = new ArrayBufferWriter<byte>();
            writer.WriteWhole(buffer, [choice], new Usage(5, 4, 3));
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }

    private static string Sse(AnswerWriter writer)
    {
        using (writer)
        {
            var buffer = new ArrayBufferWriter<byte>();
            var sse = new SseWriter(buffer, writer);
            sse.Begin(1, new Usage(5, 0, 0));
            sse.Piece(0, "a", null);
            sse.Ending(0, new EndReason("stop", null));
            sse.Totals(new Usage(5, 4, 3));
            sse.Done();
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }
}
