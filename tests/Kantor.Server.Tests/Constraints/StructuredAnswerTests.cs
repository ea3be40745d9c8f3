using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Kantor.Server.Tests.Constraints;

/// <summary>The scripted model writes random letters; only the constraint makes something of them.</summary>
public class StructuredAnswerTests
{
    private const string Schema =
        """
        {"type":"object","properties":{"name":{"type":"string","maxLength":12},"age":{"type":"integer","minimum":0,"maximum":150},
         "tags":{"type":"array","items":{"enum":["red","green"]},"maxItems":3}},"required":["name","age","tags"]}
        """;

    private const string Tools =
        """
        "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string","maxLength":8},
         "days":{"type":"integer","minimum":1,"maximum":7}},"required":["city","days"]}}},
         {"type":"function","function":{"name":"time","parameters":{"type":"object","properties":{}}}}]
        """;

    [Fact]
    public async Task A_schema_is_kept_at_any_temperature_whole_and_streamed()
    {
        await using var server = await TestServer.StartScriptedAsync();
        for (var seed = 0; seed < 10; seed++)
        {
            var more = "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"person\",\"schema\":" + Schema
                + $"}}}},\"temperature\":1.8,\"seed\":{seed}";
            var whole = await ContentAsync(server, more);
            using var response = await server.PostAsync("/v1/chat/completions", Chat($"{more},\"stream\":true"));
            var events = await Sse.ReadAsync(response);
            Assert.Equal(whole, events.Text());
            Assert.Equal(["stop"], events.FinishReasons());
            var person = JsonNode.Parse(whole)!;
            Assert.Equal(["name", "age", "tags"], person.AsObject().Select(member => member.Key));
            Assert.InRange((int)person["age"]!, 0, 150);
            Assert.All(person["tags"]!.AsArray(), tag => Assert.Contains((string)tag!, (string[])["red", "green"]));
        }
    }

    [Fact]
    public async Task Without_it_the_same_model_writes_no_json()
    {
        await using var server = await TestServer.StartScriptedAsync();
        var text = await ContentAsync(server, "\"max_tokens\":60,\"temperature\":1.8,\"seed\":1");
        Assert.ThrowsAny<JsonException>(() => JsonNode.Parse(text));
    }

    [Theory]
    [InlineData("\"guided_choice\":[\"yes\",\"no\"]", "^(yes|no)$")]
    [InlineData("\"guided_regex\":\"[0-9]{3}-[a-c]+x\"", "^[0-9]{3}-[a-c]+x$")]
    [InlineData("\"structured_outputs\":{\"grammar\":\"root ::= \\\"<\\\" [a-z]{4} \\\">\\\"\"}", "^<[a-z]{4}>$")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", @"^\{.*\}$")]
    public async Task Every_form_is_kept(string more, string pattern)
    {
        await using var server = await TestServer.StartScriptedAsync();
        Assert.Matches(new Regex(pattern, RegexOptions.Singleline), await ContentAsync(server, $"{more},\"temperature\":1.2,\"seed\":4"));
    }

    [Fact]
    public async Task A_required_call_has_a_name_of_the_list_and_its_arguments()
    {
        await using var server = await TestServer.StartScriptedAsync();
        for (var seed = 0; seed < 8; seed++)
        {
            var more = $"{Tools},\"tool_choice\":\"required\",\"parallel_tool_calls\":false,\"temperature\":1.5,\"seed\":{seed}";
            using var response = await server.PostAsync("/v1/chat/completions", Chat(more));
            var choice = (await TestServer.BodyAsync(response))["choices"]![0]!;
            Assert.Equal("tool_calls", (string)choice["finish_reason"]!);
            Assert.Null(choice["message"]!["content"]);
            Assert.All(choice["message"]!["tool_calls"]!.AsArray(), call => AssertCall(call!));
        }
    }

    [Fact]
    public async Task Streamed_calls_are_those_of_the_whole_answer()
    {
        await using var server = await TestServer.StartScriptedAsync();
        var more = $"{Tools},\"tool_choice\":{{\"type\":\"function\",\"function\":{{\"name\":\"weather\"}}}},\"temperature\":1.5,\"seed\":3";
        using var whole = await server.PostAsync("/v1/chat/completions", Chat(more));
        using var streamed = await server.PostAsync("/v1/chat/completions", Chat($"{more},\"stream\":true"));
        var events = await Sse.ReadAsync(streamed);
        var pieces = events.Choices.Select(choice => choice["delta"]!["tool_calls"]?[0]).OfType<JsonNode>().ToArray();
        Assert.Equal("weather", (string)pieces[0]["function"]!["name"]!);
        Assert.StartsWith("call_", (string)pieces[0]["id"]!);
        Assert.True(pieces.Length > 2, "Arguments come as they grow.");
        var arguments = string.Concat(pieces.Select(piece => (string)piece["function"]!["arguments"]!));
        var expected = (await TestServer.BodyAsync(whole))["choices"]![0]!["message"]!["tool_calls"]![0]!["function"]!["arguments"]!;
        Assert.Equal((string)expected!, arguments);
        Assert.Equal(["tool_calls"], events.FinishReasons());
    }

    [Fact]
    public async Task Where_it_may_choose_a_model_that_calls_nothing_writes_its_text()
    {
        await using var server = await TestServer.StartScriptedAsync("There is no need for <tools>.");
        using var response = await server.PostAsync("/v1/chat/completions", Chat($"{Tools},\"temperature\":0"));
        var choice = (await TestServer.BodyAsync(response))["choices"]![0]!;
        Assert.Equal("There is no need for <tools>.", (string)choice["message"]!["content"]!);
        Assert.Equal("stop", (string)choice["finish_reason"]!);
    }

    [Fact]
    public async Task Where_it_may_choose_a_model_that_calls_is_kept_to_the_schema()
    {
        const string said = "Let me see.<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\", \"days\": 9}}\n</tool_call>";
        await using var server = await TestServer.StartScriptedAsync(said);
        using var response = await server.PostAsync("/v1/chat/completions", Chat($"{Tools},\"temperature\":0"));
        var message = (await TestServer.BodyAsync(response))["choices"]![0]!["message"]!;
        Assert.Equal("Let me see.", (string)message["content"]!);
        AssertCall(Assert.Single(message["tool_calls"]!.AsArray())!);
    }

    [Theory]
    [InlineData("\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"schema\":{\"not\":{}}}}", "response_format.json_schema.schema", "#/not")]
    [InlineData("\"guided_regex\":\"(a\"", "guided_regex", "not closed")]
    [InlineData("\"guided_grammar\":\"root ::= x\"", "guided_grammar", "'x' is not defined")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"strict\":true,\"parameters\":{\"not\":{}}}}]", "tools[0].function.parameters", "#/not")]
    public async Task What_cannot_be_promised_is_refused_before_anything_is_computed__E10(string more, string param, string says)
    {
        await using var server = await TestServer.StartScriptedAsync();
        var (status, code, named, message) = await TestServer.ErrorAsync(await server.PostAsync("/v1/chat/completions", Chat(more)));
        Assert.Equal((400, "unsupported_schema", param), (status, code, named));
        Assert.Contains(says, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_that_needs_more_than_it_may_ends_its_answer_alone_and_says_why()
    {
        await using var server = await TestServer.StartScriptedAsync();
        var hard = server.PostAsync("/v1/chat/completions", Chat("\"guided_regex\":\"([ab]{1,60}){1,60}\",\"max_tokens\":1000,\"ignore_eos\":true"));
        var easy = ContentAsync(server, "\"guided_regex\":\"[a-z]{300}\"");
        var (status, _, _, message) = await TestServer.ErrorAsync(await hard);
        Assert.Equal(500, status);
        Assert.Contains("cannot be followed any further", message, StringComparison.Ordinal);
        Assert.Equal(300, (await easy).Length);
    }

    [Fact]
    public async Task An_answer_that_its_limit_cuts_says_so()
    {
        await using var server = await TestServer.StartScriptedAsync();
        using var response = await server.PostAsync("/v1/chat/completions", Chat("\"guided_regex\":\"[a-z]{30}\",\"max_tokens\":5"));
        var choice = (await TestServer.BodyAsync(response))["choices"]![0]!;
        Assert.Equal("length", (string)choice["finish_reason"]!);
        Assert.Equal(5, ((string)choice["message"]!["content"]!).Length);
    }

    private static void AssertCall(JsonNode call)
    {
        Assert.StartsWith("call_", (string)call["id"]!);
        Assert.Equal("function", (string)call["type"]!);
        var arguments = JsonNode.Parse((string)call["function"]!["arguments"]!)!.AsObject();
        if ((string)call["function"]!["name"]! == "time") return;
        Assert.Equal("weather", (string)call["function"]!["name"]!);
        Assert.Equal(["city", "days"], arguments.Select(member => member.Key));
        Assert.InRange((int)arguments["days"]!, 1, 7);
    }

    private static async Task<string> ContentAsync(TestServer server, string more)
    {
        using var response = await server.PostAsync("/v1/chat/completions", Chat(more));
        var body = await TestServer.BodyAsync(response);
        return (string?)body["choices"]?[0]?["message"]?["content"] ?? throw new InvalidOperationException(body.ToJsonString());
    }

    private static string Chat(string more) => Bodies.Chat(more, "scripted");
}
