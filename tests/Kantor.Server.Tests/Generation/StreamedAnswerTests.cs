using System.Text;
using Kantor.Core.Requests;
using Kantor.Engine.Streams;
using Kantor.OpenAi.Errors;
using Kantor.Server.Configuration;

namespace Kantor.Server.Tests.Generation;

public class StreamedAnswerTests
{
    private const string Chat = "/v1/chat/completions";
    private const string Stream = "\"stream\":true";

    [Fact]
    public async Task F8_A_stream_has_role_text_reason_and_usage_in_this_order()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync(Chat, Bodies.Chat(Stream + ",\"stream_options\":{\"include_usage\":true}"));
        var stream = await engine.NextAsync();
        stream.Say("Hel").Say("").Say("lo 😀", tokens: 5).End();
        var sse = await Sse.ReadAsync(await asking);

        Assert.True(sse.IsDone);
        Assert.Equal("assistant", (string?)sse.Events[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Equal("Hello 😀", sse.Text());
        Assert.Equal(["stop"], sse.FinishReasons());
        var usage = sse.Events[^1];
        Assert.Empty(usage["choices"]!.AsArray());
        Assert.Equal((stream.Request.PromptTokens.Length, 7, 3), ((int)usage["usage"]!["prompt_tokens"]!, (int)usage["usage"]!["completion_tokens"]!, (int)usage["usage"]!["prompt_tokens_details"]!["cached_tokens"]!));
        Assert.All(sse.Events.SkipLast(1), chunk => Assert.True(chunk.AsObject().ContainsKey("usage") && chunk["usage"] is null));
    }

    [Fact]
    public async Task Without_include_usage_no_chunk_speaks_of_it()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync(Chat, Bodies.Chat(Stream));
        (await engine.NextAsync()).Say("x").End(RequestOutcome.LengthReached);
        var sse = await Sse.ReadAsync(await asking);
        Assert.All(sse.Events, chunk => Assert.False(chunk.AsObject().ContainsKey("usage")));
        Assert.Equal(["length"], sse.FinishReasons());
    }

    [Theory]
    [InlineData(RequestOutcome.RefusedNeverFits, 400, ErrorCodes.KvCapacityExceeded)]
    [InlineData(RequestOutcome.RefusedQueueFull, 429, ErrorCodes.QueueFull)]
    [InlineData(RequestOutcome.RefusedByPolicy, 429, ErrorCodes.RefusedByPolicy)]
    [InlineData(RequestOutcome.BackendFailed, 500, ErrorCodes.BackendFailed)]
    [InlineData(RequestOutcome.ShutDown, 503, ErrorCodes.ShuttingDown)]
    public async Task F10_E7_An_error_before_the_first_token_has_its_own_status__INV_SRV_5(RequestOutcome outcome, int status, string code)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        foreach (var mode in new[] { Stream, "\"stream\":false" })
        {
            var asking = server.PostAsync(Chat, Bodies.Chat(mode));
            (await engine.NextAsync()).End(outcome, message: "Because of this.");
            using var response = await asking;
            var error = await TestServer.ErrorAsync(response);
            Assert.Equal((status, code, "Because of this."), (error.Status, error.Code, error.Message));
            Assert.Equal(status == 429, response.Headers.RetryAfter is not null);
        }
    }

    [Theory]
    [InlineData(RequestOutcome.BackendFailed)]
    [InlineData(RequestOutcome.ShutDown)]
    [InlineData(RequestOutcome.ReaderStalled)]
    public async Task F6_F11_A_failure_in_mid_stream_is_the_last_event_and_no_regular_end__INV_SRV_6(RequestOutcome outcome)
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync(Chat, Bodies.Chat(Stream + ",\"stream_options\":{\"include_usage\":true}"));
        var stream = (await engine.NextAsync()).Say("half an ans");
        using var response = await asking;
        stream.End(outcome);
        var sse = await Sse.ReadAsync(response);

        Assert.Equal("half an ans", sse.Text());
        Assert.Empty(sse.FinishReasons());
        Assert.False(sse.IsDone);
        Assert.Equal(OutcomeTable.Of(outcome).Error!.Code, (string?)sse.Events[^1]["error"]!["code"]);
    }

    [Fact]
    public async Task F6_An_engine_whose_stream_breaks_off_gives_an_error_event_and_no_regular_end()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync(Chat, Bodies.Chat(Stream));
        var stream = (await engine.NextAsync()).Say("half");
        using var response = await asking;
        stream.BreakOff();
        var sse = await Sse.ReadAsync(response);
        Assert.NotNull(sse.Error);
        Assert.False(sse.IsDone);
        Assert.Empty(sse.FinishReasons());
    }

    [Fact]
    public async Task F11_Every_choice_of_every_prompt_has_exactly_one_finish_reason_and_nothing_after_it__INV_SRV_6()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        var asking = server.PostAsync("/v1/completions", Bodies.Completion(Stream + ",\"n\":2,\"stream_options\":{\"include_usage\":true}", prompt: "[\"a\",\"bcd\"]"));
        var (first, second) = (await engine.NextAsync(), await engine.NextAsync());
        second.Say("2", choice: 0).Say("3", choice: 1).End(choice: 1);
        first.Say("1", choice: 1).End(RequestOutcome.LengthReached, choice: 1, text: "!").Say("0").End();
        second.End(choice: 0);
        var sse = await Sse.ReadAsync(await asking);

        Assert.True(sse.IsDone);
        Assert.Equal(["0", "1!", "2", "3"], Enumerable.Range(0, 4).Select(sse.Text));
        Assert.Equal(["stop", "length", "stop", "stop"], Enumerable.Range(0, 4).Select(choice => Assert.Single(sse.FinishReasons(choice))));
        foreach (var choice in Enumerable.Range(0, 4))
            Assert.NotNull((string?)sse.Choices.Last(item => (int)item["index"]! == choice)["finish_reason"]);
        var usage = sse.Events[^1]["usage"]!;
        Assert.Equal(first.Request.PromptTokens.Length + second.Request.PromptTokens.Length, (int)usage["prompt_tokens"]!);
        Assert.Equal((4, 6), ((int)usage["completion_tokens"]!, (int)usage["prompt_tokens_details"]!["cached_tokens"]!));
    }

    [Fact]
    public async Task F5_Text_that_looks_like_events_stays_text()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        const string Odd = "data: [DONE]\n\nevent: x\r\rdata: {}\r\n\r\n\u2028: ping";
        var asking = server.PostAsync(Chat, Bodies.Chat(Stream));
        (await engine.NextAsync()).Say(Odd).End();
        var sse = await Sse.ReadAsync(await asking);
        Assert.Equal(Odd, sse.Text());
        Assert.True(sse.IsDone);
    }

    [Fact]
    public async Task Log_probabilities_come_one_per_token_in_both_formats()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        TokenLogprob Token(string text) => new(text[0], Encoding.UTF8.GetBytes(text), -0.5, [new TokenLogprob(1, "z"u8.ToArray(), double.NegativeInfinity, [])]);

        var chat = server.PostAsync(Chat, Bodies.Chat(Stream + ",\"logprobs\":true,\"top_logprobs\":1"));
        (await engine.NextAsync()).Say("", logprobs: [Token("a")]).Say("ab", logprobs: [Token("b")]).End();
        var sse = await Sse.ReadAsync(await chat);
        Assert.Equal(["a", "b"], sse.Choices.SelectMany(choice => choice["logprobs"]?["content"]?.AsArray() ?? []).Select(token => (string)token!["token"]!));

        var plain = server.PostAsync("/v1/completions", Bodies.Completion("\"logprobs\":1"));
        (await engine.NextAsync()).Say("ab", tokens: 2, logprobs: [Token("a"), Token("b")]).End();
        var logprobs = (await TestServer.BodyAsync(await plain))["choices"]![0]!["logprobs"]!;
        Assert.Equal("""{"tokens":["a","b"],"token_logprobs":[-0.5,-0.5],"top_logprobs":[{"z":-9999},{"z":-9999}],"text_offset":[0,1]}""", logprobs.ToJsonString());
    }

    [Fact]
    public async Task F1_A_client_that_stops_reading_is_cut_at_the_stall_timeout_and_its_request_cancelled__INV_SRV_7()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine, new ServerOptions { StallTimeoutMs = 300 });
        using var client = await RawHttp.ConnectAsync(server.Url);
        client.ReceiveBufferSize = 4_096;
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(RawHttp.Post(Chat, Bodies.Chat(Stream))));
        var stream = await engine.NextAsync();
        var piece = new string('x', 8_192);

        // Far more than the sockets of both sides can hold, so a server without a bound would take it all.
        const int Pieces = 4_096;
        for (var i = 0; i < Pieces; i++) stream.Say(piece);
        await stream.Cancelled;

        var metrics = await server.Http.GetStringAsync("/metrics");
        Assert.Contains("kantor_streams_stalled_total{model_name=\"hand/model\",engine=\"0\"} 1", metrics);
    }

    [Fact]
    public async Task F1_A_client_that_reads_gets_all_of_it_with_the_same_timeout()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine, new ServerOptions { StallTimeoutMs = 20_000 });
        var asking = server.PostAsync(Chat, Bodies.Chat(Stream));
        var stream = await engine.NextAsync();
        for (var i = 0; i < 500; i++) stream.Say(new string('x', 8_192));
        stream.End();
        Assert.Equal(500 * 8_192, (await Sse.ReadAsync(await asking)).Text().Length);
    }
}
