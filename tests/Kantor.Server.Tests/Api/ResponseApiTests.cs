using System.Text.Json.Nodes;

namespace Kantor.Server.Tests.Api;

public class ResponseApiTests
{
    [Fact]
    public async Task A_limit_makes_a_response_incomplete_whole_and_streamed()
    {
        await using var server = await TestServer.StartScriptedAsync("one two three");
        const string body = """{"model":"scripted","input":"?","max_output_tokens":3,"temperature":0,"metadata":{"a":"b"}""";
        using var response = await server.PostAsync("/v1/responses", body + "}");
        var whole = await TestServer.BodyAsync(response);
        Assert.Equal(("incomplete", "max_output_tokens"), ((string?)whole["status"], (string?)whole["incomplete_details"]!["reason"]));
        Assert.Equal("one", (string?)whole["output"]![0]!["content"]![0]!["text"]);
        Assert.Equal("b", (string?)whole["metadata"]!["a"]);
        Assert.Equal(3, (int)whole["usage"]!["output_tokens"]!);
        using var streamed = await server.PostAsync("/v1/responses", body + ",\"stream\":true}");
        var last = (await streamed.Content.ReadAsStringAsync()).TrimEnd().Split("\n\n")[^1];
        Assert.StartsWith("event: response.incomplete\ndata: ", last);
        var final = JsonNode.Parse(last[(last.IndexOf("data: ", StringComparison.Ordinal) + 6)..])!["response"]!;
        Assert.Equal(whole["output"]![0]!["content"]!.ToJsonString(), final["output"]![0]!["content"]!.ToJsonString());
    }

    [Theory]
    [InlineData("\"input\":\"?\",\"store\":true", "store")]
    [InlineData("\"input\":\"?\",\"previous_response_id\":\"resp_1\"", "previous_response_id")]
    [InlineData("\"input\":\"?\",\"reasoning\":{\"effort\":\"high\"}", "reasoning")]
    [InlineData("\"input\":[{\"type\":\"item_reference\",\"id\":\"x\"}]", "input[0]")]
    [InlineData("\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"x\"}]}]", "input[0].content[0]")]
    [InlineData("\"input\":[{\"role\":\"robot\",\"content\":\"x\"}]", "input[0]")]
    [InlineData("\"input\":\"?\",\"tools\":[{\"type\":\"web_search\"}]", "tools[0].type")]
    [InlineData("\"input\":\"?\",\"text\":{\"format\":{\"type\":\"json_schema\"}}", "text.format")]
    [InlineData("\"input\":[]", "input")]
    [InlineData("\"instructions\":\"x\"", "input")]
    public async Task What_is_not_served_is_refused_by_name(string members, string param)
    {
        await using var server = await TestServer.StartScriptedAsync();
        var error = await TestServer.ErrorAsync(await server.PostAsync("/v1/responses", $$"""{"model":"scripted",{{members}}}"""));
        Assert.Equal((400, param), (error.Status, error.Param));
    }
}
