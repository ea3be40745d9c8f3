using System.Text;
using System.Text.Json.Nodes;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.OpenAi.Tests;

/// <summary>Bodies as clients send them, and shorthand to parse them.</summary>
internal static class Bodies
{
    public static readonly RequestLimits Limits = new();

    public const string ChatHead = """ "model":"m","messages":[{"role":"user","content":"hi"}] """;

    public const string CompletionHead = """ "model":"m","prompt":"hi" """;

    public static Parsed<ChatRequest> Chat(string json) => RequestParser.Chat(Encoding.UTF8.GetBytes(json), Limits);

    public static Parsed<CompletionRequest> Completion(string json) => RequestParser.Completion(Encoding.UTF8.GetBytes(json), Limits);

    public static Parsed<EmbeddingRequest> Embedding(string json) => RequestParser.Embedding(Encoding.UTF8.GetBytes(json), Limits);

    /// <summary>A valid chat body with one more member.</summary>
    public static Parsed<ChatRequest> ChatWith(string member) => Chat($"{{{ChatHead},{member}}}");

    /// <summary>A valid completion body with one more member.</summary>
    public static Parsed<CompletionRequest> CompletionWith(string member) => Completion($"{{{CompletionHead},{member}}}");

    /// <summary>The error of a chat body with one more member, in both formats equally.</summary>
    public static FieldError RefusedWith(string member)
    {
        var chat = Assert.Single(ChatWith(member).Errors);
        var completion = Assert.Single(CompletionWith(member).Errors);
        Assert.Equal(chat, completion);
        return chat;
    }

    public static GenerationFields AcceptedWith(string member)
    {
        var chat = ChatWith(member);
        Assert.True(chat.IsValid, string.Join(' ', chat.Errors.Select(error => error.Message)));
        Assert.True(CompletionWith(member).IsValid);
        return chat.Value.Generation;
    }

    public static JsonNode Json(ReadOnlySpan<byte> utf8) => JsonNode.Parse(utf8.ToArray())!;
}
