using System.Text;
using System.Text.Json.Nodes;
using Kantor.Clients;
using Kantor.Engine.Backends.Scripted;

namespace Kantor.Server.Tests.Clients;

/// <summary>Agents of the official clients: tools that are run, structured answers, Anthropic's messages.</summary>
public class AgentClientTests
{
    private const string Call = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>";
    private const string Spoken = "It is 21 degrees.";

    [Fact]
    public async Task The_official_clients_of_OpenAI_and_Anthropic_call_tools_and_get_structured_answers()
    {
        var backend = new ScriptedBackendOptions { NextToken = Weather };
        await using var server = await TestServer.StartScriptedAsync(backend: backend);
        var schema = JsonNode.Parse("""{"type":"object","properties":{"degrees":{"type":"integer","minimum":0,"maximum":40}},"required":["degrees"]}""");
        var report = await NodeClient.DriveAsync("agents.mjs", new Uri(server.Url, "/v1"), "scripted", new JsonObject { ["schema"] = schema });
        foreach (var run in (string[])["runTools", "runToolsStreamed"])
        {
            Assert.Equal((Spoken, "Rome"), ((string?)report[run]!["text"], (string?)Assert.Single(report[run]!["asked"]!.AsArray())));
        }

        Assert.InRange((int)report["parsed"]!["degrees"]!, 0, 40);
        AssertMessages(report);
        Assert.Equal(("tool_use", "Rome"), ((string?)report["claudeAgent"]!["stop"], (string?)report["claudeAgent"]!["input"]!["city"]));
        Assert.Equal((Spoken, "end_turn"), ((string?)report["claudeAgent"]!["text"], (string?)report["claudeAgent"]!["end"]));
        Assert.InRange((int)report["counted"]!, 100, 2_000);
        Assert.Equal((400, "invalid_request_error", true), ((int)report["refused"]!["status"]!, (string?)report["refused"]!["type"], (bool)report["refused"]!["isBadRequest"]!));
        Assert.Contains("max_tokens", (string?)report["refused"]!["message"], StringComparison.Ordinal);
    }

    private static void AssertMessages(JsonNode report)
    {
        foreach (var run in (string[])["message", "streamed"])
        {
            Assert.Equal((Call, "end_turn"), ((string?)report[run]!["content"]![0]!["text"], (string?)report[run]!["stop"]));
            Assert.Equal(Encoding.UTF8.GetByteCount(Call) + 1, (int)report[run]!["usage"]!["output_tokens"]!);
        }

        string[] events = [.. report["streamed"]!["events"]!.AsArray().Select(name => (string)name!)];
        Assert.Equal(["message_start", "content_block_start"], events[..2]);
        Assert.Equal(["content_block_stop", "message_delta", "message_stop"], events[^3..]);
        Assert.Equal(("tool_use", "tool_use"), ((string?)report["streamedTools"]!["stop"], (string?)report["streamedTools"]!["content"]![0]!["type"]));
        Assert.Equal("Rome", (string?)report["streamedTools"]!["content"]![0]!["input"]!["city"]);
    }

    private static int? Weather(IReadOnlyList<int> tokens)
    {
        var hasResult = Encoding.UTF8.GetString([.. tokens.Where(token => token < 256).Select(token => (byte)token)])
            .Contains("<tool_response>", StringComparison.Ordinal);
        return ScriptedLanguage.Answering(hasResult ? Spoken : Call)(tokens);
    }
}
