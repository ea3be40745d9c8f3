using System.Text.Json.Nodes;

namespace Kantor.Server.Tests.Api;

public class MessageApiTests
{
    [Fact]
    public async Task A_stop_sequence_is_named()
    {
        await using var server = await TestServer.StartScriptedAsync("one two three");
        var body = await AnswerAsync(server, "\"stop_sequences\":[\" thr\",\"zzz\"]");
        Assert.Equal(("one two", "stop_sequence", " thr"), ((string?)body["content"]![0]!["text"], (string?)body["stop_reason"], (string?)body["stop_sequence"]));
    }

    [Fact]
    public async Task A_limit_is_told_as_max_tokens()
    {
        await using var server = await TestServer.StartScriptedAsync("one two three");
        var body = await AnswerAsync(server, "\"top_k\":1", maxTokens: 3);
        Assert.Equal(("one", "max_tokens"), ((string?)body["content"]![0]!["text"], (string?)body["stop_reason"]));
        Assert.Equal("message", (string?)body["type"]);
        Assert.StartsWith("msg_", (string?)body["id"]);
    }

    [Theory]
    [InlineData("""{"model":"scripted","messages":[{"role":"user","content":"?"}]}""", "max_tokens")]
    [InlineData("""{"model":"scripted","max_tokens":5}""", "messages")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"system","content":"?"}]}""", "messages[0].role")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image","source":{}}]}]}""", "image")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":[{"type":"tool_use","id":"a","name":"f","input":{}}]}]}""", "the assistant calls")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"?"}],"temperature":1.5}""", "temperature")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"?"}],"thinking":{"type":"enabled","budget_tokens":1024}}""", "thinking")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"?"}],"tools":[{"name":"f"}]}""", "input_schema")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"?"}],"tool_choice":{"type":"any"}}""", "tool_choice")]
    [InlineData("""{"model":"scripted","max_tokens":5,"messages":[{"role":"user","content":"?"}],"n":2}""", "'n'")]
    public async Task What_is_wrong_is_named_in_the_shape_of_the_protocol(string body, string says)
    {
        await using var server = await TestServer.StartScriptedAsync();
        using var response = await server.PostAsync("/v1/messages", body);
        var error = await TestServer.BodyAsync(response);
        Assert.Equal((400, "error", "invalid_request_error"), ((int)response.StatusCode, (string?)error["type"], (string?)error["error"]!["type"]));
        Assert.Contains(says, (string?)error["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_and_hints_that_ask_for_nothing_more_pass()
    {
        await using var server = await TestServer.StartScriptedAsync("Yes.");
        using var response = await server.PostAsync("/v1/messages", """
            {"model":"scripted","max_tokens":50,"system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral","ttl":"1h"}}],
             "messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]}],
             "metadata":{"user_id":"u"},"service_tier":"auto","thinking":{"type":"disabled"},"top_k":5,"stream":false}
            """);
        Assert.Equal("Yes.", (string?)(await TestServer.BodyAsync(response))["content"]![0]!["text"]);
    }

    [Fact]
    public async Task The_key_may_come_in_the_header_of_the_protocol()
    {
        await using var server = await TestServer.StartScriptedAsync("Yes.", Keys.ApiOnly);
        using var refused = await server.PostAsync("/v1/messages", Body("\"stream\":false", 5));
        Assert.Equal("authentication_error", (string?)(await TestServer.BodyAsync(refused))["error"]!["type"]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = TestServer.Json(Body("\"stream\":false", 5)) };
        request.Headers.Add("x-api-key", Keys.Api);
        using var served = await server.SendAsync(request);
        Assert.Equal(200, (int)served.StatusCode);
    }

    private static string Body(string more, int maxTokens) =>
        $$"""{"model":"scripted","max_tokens":{{maxTokens}},"temperature":0,"messages":[{"role":"user","content":"?"}],{{more}}}""";

    private static async Task<JsonNode> AnswerAsync(TestServer server, string more, int maxTokens = 50)
    {
        using var response = await server.PostAsync("/v1/messages", Body(more, maxTokens));
        return await TestServer.BodyAsync(response);
    }
}
