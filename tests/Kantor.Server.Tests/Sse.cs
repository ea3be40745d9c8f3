using System.Text.Json.Nodes;

namespace Kantor.Server.Tests;

/// <summary>Reads a stream of server-sent events strictly: every event is one data line.</summary>
internal sealed class Sse
{
    private Sse(IReadOnlyList<JsonNode> events, bool isDone)
    {
        Events = events;
        IsDone = isDone;
    }

    /// <summary>Events before the end mark.</summary>
    public IReadOnlyList<JsonNode> Events { get; }

    /// <summary>Whether the end mark came.</summary>
    public bool IsDone { get; }

    /// <summary>The error event; null for none.</summary>
    public JsonNode? Error => Events.SingleOrDefault(item => item["error"] is not null)?["error"];

    public IEnumerable<JsonNode> Choices => Events.Where(item => item["choices"] is not null).SelectMany(item => item["choices"]!.AsArray())!;

    public string Text(int choice = 0) =>
        string.Concat(Choices.Where(item => (int)item["index"]! == choice).Select(item => (string?)item["delta"]?["content"] ?? (string?)item["text"]));

    public IEnumerable<string> FinishReasons(int choice = 0) =>
        Choices.Where(item => (int)item["index"]! == choice).Select(item => (string?)item["finish_reason"]).OfType<string>();

    public static async Task<Sse> ReadAsync(HttpResponseMessage response)
    {
        Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n\n", text);
        var blocks = text[..^2].Split("\n\n");
        Assert.All(blocks, block => Assert.StartsWith("data: ", block));
        Assert.All(blocks, block => Assert.DoesNotContain('\n', block));
        var data = blocks.Select(block => block["data: ".Length..]).ToArray();
        var isDone = data[^1] == "[DONE]";
        return new Sse([.. data.Take(isDone ? data.Length - 1 : data.Length).Select(item => JsonNode.Parse(item)!)], isDone);
    }
}
