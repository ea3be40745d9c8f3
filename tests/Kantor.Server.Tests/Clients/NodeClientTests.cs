using System.Text.Json.Nodes;
using Kantor.Clients;

namespace Kantor.Server.Tests.Clients;

/// <summary>The official client for Node.js against the real engine loop over a scripted model.</summary>
public class NodeClientTests
{
    private const string Answer = "Once upon a time there was a fox 🦊.";

    [Fact]
    public async Task The_official_Node_client_gets_what_it_expects()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var input = new JsonObject { ["maxTokens"] = 64, ["concurrency"] = 16 };
        var report = await NodeClient.DriveAsync(new Uri(server.Url, "/v1"), "scripted", input);

        Assert.Equal(["scripted"], report["models"]!.AsArray().Select(id => (string)id!));
        Assert.Equal("scripted", (string?)report["model"]);
        AssertStream(report["stream"]!);
        Assert.All(report["concurrent"]!.AsArray(), stream => AssertStream(stream!));
        Assert.Equal((Answer, "stop"), ((string?)report["whole"]!["text"], (string?)report["whole"]!["finishReason"]));
        Assert.Equal((int)report["whole"]!["usage"]!["completion_tokens"]!, (int)report["whole"]!["logprobs"]!);
        Assert.True((int)report["second"]!["usage"]!["prompt_tokens_details"]!["cached_tokens"]! > 0, "The second turn finds the first one in the prefix cache.");
        Assert.Equal((Answer, "stop"), ((string?)report["helper"]!["text"], (string?)report["helper"]!["finishReason"]));
        Assert.Equal([0, 1, 2, 3], report["completions"]!["indexes"]!.AsArray().Select(index => (int)index!));
        Assert.NotNull((string?)report["streamCompletion"]!["finishReason"]);
        Assert.Equal((2, 32), ((int)report["embeddings"]!["count"]!, (int)report["embeddings"]!["size"]!));
        Assert.InRange((double)report["embeddings"]!["difference"]!, 0, 1e-6);
        Assert.True((bool)report["aborted"]!["aborted"]!);
        Assert.Equal((404, "model_not_found"), ((int)report["missingModel"]!["status"]!, (string?)report["missingModel"]!["code"]));
    }

    [Fact]
    public async Task The_official_Node_client_understands_every_refusal()
    {
        await using var server = await TestServer.StartScriptedAsync(Answer);
        var report = await NodeClient.DriveAsync(new Uri(server.Url, "/v1"), "scripted", new JsonObject { ["concurrency"] = 1 });
        Assert.True(report["bad"]!.AsArray().Count >= 10);
        foreach (var refusal in report["bad"]!.AsArray())
        {
            Assert.True((bool)refusal!["isBadRequest"]!, refusal.ToJsonString());
            Assert.Equal("invalid_request_error", (string?)refusal["type"]);
            Assert.StartsWith(refusal["sent"]!.AsObject().Single().Key, (string?)refusal["param"]);
        }
    }

    private static void AssertStream(JsonNode stream)
    {
        Assert.Equal(Answer, (string?)stream["text"]);
        Assert.Equal(["stop"], stream["finishReasons"]!.AsArray().Select(reason => (string)reason!));
        var usage = stream["usage"]!;
        Assert.Equal((int)usage["total_tokens"]!, (int)usage["prompt_tokens"]! + (int)usage["completion_tokens"]!);
    }
}
