using System.Text.Json.Nodes;
using Kantor.OpenAi.Errors;

namespace Kantor.Server.Tests.Generation;

/// <summary>What load generators ask for, and what a queue of a fixed length does with too much of it; on the real engine loop.</summary>
public class FixedLengthTests
{
    [Fact]
    public async Task E15_An_answer_ends_by_itself_and_with_ignore_eos_only_at_its_limit()
    {
        await using var server = await TestServer.StartScriptedAsync("ok");
        var free = await AskAsync(server, "\"max_tokens\":12,\"temperature\":0");
        Assert.Equal(("stop", 3), (Finish(free), Tokens(free)));
        var forced = await AskAsync(server, "\"max_tokens\":12,\"temperature\":0,\"ignore_eos\":true");
        Assert.Equal(("length", 12), (Finish(forced), Tokens(forced)));
    }

    [Fact]
    public async Task Before_min_tokens_neither_an_end_token_nor_a_stop_text_ends_an_answer()
    {
        await using var server = await TestServer.StartScriptedAsync("ok");
        var longer = await AskAsync(server, "\"max_tokens\":12,\"temperature\":0,\"min_tokens\":7");
        Assert.InRange(Tokens(longer), 7, 12);
        Assert.StartsWith("ok", Text(longer));
        var stopped = await AskAsync(server, "\"max_tokens\":12,\"temperature\":0,\"stop\":\"k\"");
        Assert.Equal(("stop", "o"), (Finish(stopped), Text(stopped)));
        var late = await AskAsync(server, "\"max_tokens\":12,\"temperature\":0,\"stop\":\"k\",\"min_tokens\":2");
        Assert.StartsWith("ok", Text(late));
    }

    [Fact]
    public async Task Every_chunk_carries_the_usage_so_far_when_asked_for()
    {
        var engine = new HandEngine();
        await using var server = await TestServer.StartAsync(engine);
        const string more = "\"stream\":true,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}";
        var asking = server.PostAsync("/v1/chat/completions", Bodies.Chat(more));
        var stream = await engine.NextAsync();
        stream.Say("a").Say("b", tokens: 2).End();
        var events = (await Sse.ReadAsync(await asking)).Events;
        var counts = events.Select(item => item["usage"]).OfType<JsonNode>().Select(usage => (int)usage["completion_tokens"]!).ToArray();
        Assert.Equal(counts.Order(), counts);
        Assert.Contains(1, counts);
        Assert.Equal(3, counts[^1]);
        Assert.All(events.Where(item => item["usage"] is not null), item => Assert.Equal(stream.Request.PromptTokens.Length, (int)item["usage"]!["prompt_tokens"]!));
    }

    [Theory]
    [InlineData("\"n\":5", "\"hi\"", "n")]
    [InlineData("\"n\":1", "[\"a\",\"b\",\"c\",\"d\",\"e\"]", "prompt")]
    [InlineData("\"n\":2", "[\"a\",\"b\",\"c\"]", "n")]
    public async Task More_answers_than_the_queue_can_ever_hold_are_refused_for_good_and_nothing_is_computed(string more, string prompt, string param)
    {
        var steps = 0;
        await using var server = await TestServer.StartScriptedAsync(
            "ok", backend: new() { OnExecute = _ => steps++ }, adjust: usual => usual with { WaitingMax = 4 });
        var response = await server.PostAsync("/v1/completions", Bodies.Completion(more, "scripted", prompt));
        Assert.False(response.Headers.Contains("Retry-After"));
        var error = await TestServer.ErrorAsync(response);
        Assert.Equal((400, param, ErrorCodes.QueueCapacityExceeded), (error.Status, error.Param, error.Code));
        Assert.Contains("never holds more than 4", error.Message);
        Assert.Equal(0, steps);
        Assert.Equal("ok", Text(await AskAsync(server, "\"temperature\":0")));
    }

    [Fact]
    public async Task A_context_that_the_pool_cannot_hold_is_not_announced()
    {
        await using var server = await TestServer.StartScriptedAsync("ok", backend: new() { KvTokensTotal = 1_024, ContextTokensMax = 1_000_000_000 });
        var models = JsonNode.Parse(await server.Http.GetStringAsync("/v1/models"))!;
        Assert.Equal(1_025, (int)models["data"]![0]!["max_model_len"]!);
        using var most = await server.PostAsync("/v1/completions", Bodies.Completion("\"max_tokens\":1024,\"ignore_eos\":true", "scripted", "[65]"));
        Assert.Equal(1_024, Tokens(await TestServer.BodyAsync(most)));
        var error = await TestServer.ErrorAsync(await server.PostAsync("/v1/completions", Bodies.Completion("\"max_tokens\":1025", "scripted", "[65]")));
        Assert.Equal((400, ErrorCodes.ContextLengthExceeded), (error.Status, error.Code));
    }

    private static async Task<JsonNode> AskAsync(TestServer server, string more)
    {
        using var response = await server.PostAsync("/v1/chat/completions", Bodies.Chat(more, "scripted"));
        Assert.Equal(200, (int)response.StatusCode);
        return await TestServer.BodyAsync(response);
    }

    private static string? Finish(JsonNode answer) => (string?)answer["choices"]![0]!["finish_reason"];

    private static string Text(JsonNode answer) => (string)answer["choices"]![0]!["message"]!["content"]!;

    private static int Tokens(JsonNode answer) => (int)answer["usage"]!["completion_tokens"]!;
}
