using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Responses;

namespace Kantor.OpenAi.Items;

/// <summary>Writes a response of the Responses API, whole or as its event stream. One answer has one choice.</summary>
/// <param name="head">Name and model of the response.</param>
/// <param name="request">What it answers.</param>
public sealed class ResponseFormat(AnswerHead head, ResponseRequest request) : IAnswerFormat
{
    internal static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public Usage? RunningUsage { get; set; }

    /// <summary>Name of the message item.</summary>
    internal string MessageId => $"msg_{head.Id[(head.Id.IndexOf('_', StringComparison.Ordinal) + 1)..]}";

    /// <inheritdoc/>
    public IAnswerEvents Events(IBufferWriter<byte> to) => new ResponseEvents(to, this);

    /// <inheritdoc/>
    public void Dispose() => GC.SuppressFinalize(this);

    /// <inheritdoc/>
    public void WriteWhole(IBufferWriter<byte> to, IReadOnlyList<AnswerChoice> choices, Usage usage)
    {
        var choice = choices[0];
        List<OutputItem> items = [];
        if (choice.Text.Length > 0 || choice.Calls.Count == 0) items.Add(new OutputItem(MessageId, null, null) { Text = choice.Text });
        items.AddRange(choice.Calls.Select(call => new OutputItem($"fc_{call.Id}", call.Id, call.Name) { Text = call.Arguments }));
        using var json = new Utf8JsonWriter(to, Relaxed);
        Write(json, items, StatusOf(choice.FinishReason), usage);
    }

    internal static string StatusOf(string finishReason) => finishReason == "length" ? "incomplete" : "completed";

    /// <summary>The response as it stands.</summary>
    internal void Write(Utf8JsonWriter json, IEnumerable<OutputItem> items, string status, Usage? usage)
    {
        json.WriteStartObject();
        json.WriteString("id", head.Id);
        json.WriteString("object", "response");
        json.WriteNumber("created_at", head.CreatedUnixSeconds);
        json.WriteString("status", status);
        json.WriteString("model", head.Model);
        json.WriteStartArray("output");
        foreach (var item in items) item.Write(json, status == "incomplete" ? "incomplete" : "completed");
        json.WriteEndArray();
        WriteReasons(json, status);
        WriteEcho(json);
        if (usage is null) json.WriteNull("usage");
        else WriteUsage(json, usage);
        json.WriteEndObject();
    }

    private static void WriteReasons(Utf8JsonWriter json, string status)
    {
        json.WriteNull("error");
        if (status != "incomplete")
        {
            json.WriteNull("incomplete_details");
            return;
        }

        json.WriteStartObject("incomplete_details");
        json.WriteString("reason", "max_output_tokens");
        json.WriteEndObject();
    }

    private void WriteEcho(Utf8JsonWriter json)
    {
        var (fields, echo) = (request.Generation, request.Echo);
        json.WriteString("instructions", echo.Instructions);
        if (fields.OutputTokensMax is { } most) json.WriteNumber("max_output_tokens", most);
        else json.WriteNull("max_output_tokens");
        json.WriteBoolean("parallel_tool_calls", echo.IsParallel);
        json.WriteNull("previous_response_id");
        json.WriteNumber("temperature", fields.Sampling.Temperature);
        json.WriteNumber("top_p", fields.Sampling.TopP);
        json.WriteBoolean("store", false);
        json.WriteString("truncation", "disabled");
        Write(json, "text", echo.Text, """{"format":{"type":"text"}}""");
        Write(json, "tool_choice", echo.ToolChoice, "\"auto\"");
        Write(json, "tools", echo.Tools, "[]");
        Write(json, "metadata", echo.Metadata, "{}");
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement? value, string otherwise)
    {
        json.WritePropertyName(name);
        if (value is { } given) given.WriteTo(json);
        else json.WriteRawValue(otherwise);
    }

    private static void WriteUsage(Utf8JsonWriter json, Usage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.PromptTokens);
        json.WriteStartObject("input_tokens_details");
        json.WriteNumber("cached_tokens", usage.CachedTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens", usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("reasoning_tokens", 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens", usage.TotalTokens);
        json.WriteEndObject();
    }
}
