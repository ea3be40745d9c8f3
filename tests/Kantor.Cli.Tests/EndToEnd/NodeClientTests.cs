using System.Text.Json.Nodes;
using Kantor.Clients;

namespace Kantor.Cli.Tests.EndToEnd;

/// <summary>The official Node.js client against the served probe model.</summary>
public sealed class NodeClientTests(ProbeServer server)
{
    [Fact]
    public async Task It_streams_a_story_and_answers_a_recall_question_and_gets_errors_it_understands()
    {
        var input = new JsonObject { ["prompt"] = "Mira lives in Paris. Tom lives in Oslo.\nWhere does Tom live?", ["concurrency"] = 64, ["maxTokens"] = 24 };
        var recall = await NodeClient.DriveAsync(new Uri(server.Url, "v1"), ProbeServer.ModelName, input);
        Assert.Equal("Tom lives in Oslo.", (string)recall["stream"]!["text"]!);
        Assert.Equal(["stop"], recall["stream"]!["finishReasons"]!.AsArray().Select(reason => (string)reason!));
        Assert.Equal("Tom lives in Oslo.", (string)recall["whole"]!["text"]!);
        Assert.Equal("Tom lives in Oslo.", (string)recall["helper"]!["text"]!);
        Assert.Equal(64, recall["concurrent"]!.AsArray().Count(stream => (string)stream!["text"]! == "Tom lives in Oslo."));
        Assert.All(recall["bad"]!.AsArray(), bad => Assert.True((int)bad!["status"]! == 400 && (bool)bad["isBadRequest"]!, bad!.ToJsonString()));
        Assert.InRange(recall["bad"]!.AsArray().Count, 10, 100);
        Assert.Equal(404, (int)recall["missingModel"]!["status"]!);
        Assert.Equal(2, (int)recall["embeddings"]!["count"]!);
    }
}
