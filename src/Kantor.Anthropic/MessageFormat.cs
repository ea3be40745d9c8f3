using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kantor.OpenAi.Responses;

namespace Kantor.Anthropic;

/// <summary>Writes a message of Anthropic's API, whole or as its event stream. One answer has one choice.</summary>
/// <param name="head">Name and model of the message.</param>
public sealed class MessageFormat(AnswerHead head) : IAnswerFormat
{
    internal static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public Usage? RunningUsage { get; set; }

    /// <inheritdoc/>
    public IAnswerEvents Events(IBufferWriter<byte> to) => new MessageEvents(to, head);

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <inheritdoc/>
    public void WriteWhole(IBufferWriter<byte> to, IReadOnlyList<AnswerChoice> choices, Usage usage)
    {
        var choice = choices[0];
        using var json = new Utf8JsonWriter(to, Relaxed);
        json.WriteStartObject();
        WriteHead(json, head);
        json.WriteStartArray("content");
        WriteText(json, choice.Text);
        foreach (var call in choice.Calls) WriteCall(json, call.Id, call.Name, call.Arguments);
        json.WriteEndArray();
        WriteReason(json, new EndReason(choice.FinishReason, choice.StopText));
        WriteUsage(json, usage);
        json.WriteEndObject();
    }

    /// <summary>The number of tokens of a prompt.</summary>
    public static void WriteCount(IBufferWriter<byte> to, int tokens)
    {
        using var json = new Utf8JsonWriter(to, Relaxed);
        json.WriteStartObject();
        json.WriteNumber("input_tokens", tokens);
        json.WriteEndObject();
    }

    internal static void WriteHead(Utf8JsonWriter json, AnswerHead head)
    {
        json.WriteString("id", head.Id);
        json.WriteString("type", "message");
        json.WriteString("role", "assistant");
        json.WriteString("model", head.Model);
    }

    internal static void WriteReason(Utf8JsonWriter json, EndReason reason)
    {
        json.WriteString("stop_reason", reason switch
        {
            { Name: "tool_calls" } => "tool_use",
            { Name: "length" } => "max_tokens",
            { StopText: not null } => "stop_sequence",
            _ => "end_turn",
        });
        json.WriteString("stop_sequence", reason.Name == "stop" ? reason.StopText : null);
    }

    /// <summary>Tokens found in the cache are not among the input tokens, as the API counts them.</summary>
    internal static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.PromptTokens - usage.CachedTokens);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("cache_read_input_tokens", usage.CachedTokens);
        json.WriteNumber("output_tokens", usage.CompletionTokens);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string text)
    {
        if (text.Length == 0) return;
        json.WriteStartObject();
        json.WriteString("type", "text");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static void WriteCall(Utf8JsonWriter json, string id, string name, string arguments)
    {
        json.WriteStartObject();
        json.WriteString("type", "tool_use");
        json.WriteString("id", id);
        json.WriteString("name", name);
        json.WritePropertyName("input");
        WriteInput(json, arguments);
        json.WriteEndObject();
    }

    /// <summary>Arguments that the output limit cut short are no JSON; the message says max_tokens, and the input is empty.</summary>
    private static void WriteInput(Utf8JsonWriter json, string arguments)
    {
        try
        {
            using var document = JsonDocument.Parse(arguments);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
    }
}
