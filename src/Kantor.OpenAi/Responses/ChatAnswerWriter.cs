using System.Text.Json;
using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Responses;

/// <summary>Writes <c>chat.completion</c> and <c>chat.completion.chunk</c>.</summary>
/// <inheritdoc/>
public sealed class ChatAnswerWriter(AnswerHead head, bool usageAnnounced) : AnswerWriter(head, usageAnnounced)
{
    /// <inheritdoc/>
    public override bool HasOpening => true;

    /// <inheritdoc/>
    protected override string WholeKind => "chat.completion";

    /// <inheritdoc/>
    protected override string ChunkKind => "chat.completion.chunk";

    /// <inheritdoc/>
    protected override void WriteChoice(Utf8JsonWriter json, AnswerChoice choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice.Index);
        json.WriteStartObject("message");
        json.WriteString("role", "assistant");
        if (choice.Calls.Count > 0 && choice.Text.Length == 0) json.WriteNull("content");
        else json.WriteString("content", choice.Text);
        json.WriteNull("refusal");
        WriteCalls(json, choice.Calls);
        json.WriteEndObject();
        WriteLogprobs(json, choice.Logprobs);
        json.WriteString("finish_reason", choice.FinishReason);
        json.WriteEndObject();
    }

    /// <inheritdoc/>
    protected override void WriteOpening(Utf8JsonWriter json, int choice)
    {
        BeginDelta(json, choice);
        json.WriteString("role", "assistant");
        json.WriteString("content", "");
        EndDelta(json, logprobs: null, finishReason: null);
    }

    /// <inheritdoc/>
    protected override void WritePiece(Utf8JsonWriter json, int choice, string text, IReadOnlyList<LogprobEntry>? logprobs)
    {
        BeginDelta(json, choice);
        json.WriteString("content", text);
        EndDelta(json, logprobs, finishReason: null);
    }

    /// <inheritdoc/>
    protected override void WriteCall(Utf8JsonWriter json, int choice, CallPiece piece)
    {
        BeginDelta(json, choice);
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", piece.Index);
        WriteCall(json, piece.Id, piece.Name, piece.Arguments);
        json.WriteEndObject();
        json.WriteEndArray();
        EndDelta(json, logprobs: null, finishReason: null);
    }

    /// <inheritdoc/>
    protected override void WriteEnding(Utf8JsonWriter json, int choice, string finishReason)
    {
        BeginDelta(json, choice);
        EndDelta(json, logprobs: null, finishReason);
    }

    private static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<ToolCall> calls)
    {
        if (calls.Count == 0) return;
        json.WriteStartArray("tool_calls");
        foreach (var call in calls)
        {
            json.WriteStartObject();
            WriteCall(json, call.Id, call.Name, call.Arguments);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCall(Utf8JsonWriter json, string? id, string? name, string arguments)
    {
        if (id is not null)
        {
            json.WriteString("id", id);
            json.WriteString("type", "function");
        }

        json.WriteStartObject("function");
        if (name is not null) json.WriteString("name", name);
        json.WriteString("arguments", arguments);
        json.WriteEndObject();
    }

    private static void BeginDelta(Utf8JsonWriter json, int choice)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice);
        json.WriteStartObject("delta");
    }

    private static void EndDelta(Utf8JsonWriter json, IReadOnlyList<LogprobEntry>? logprobs, string? finishReason)
    {
        json.WriteEndObject();
        WriteLogprobs(json, logprobs);
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
    }

    private static void WriteLogprobs(Utf8JsonWriter json, IReadOnlyList<LogprobEntry>? entries)
    {
        if (entries is null)
        {
            json.WriteNull("logprobs");
            return;
        }

        json.WriteStartObject("logprobs");
        json.WriteStartArray("content");
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            WriteToken(json, entry);
            json.WriteStartArray("top_logprobs");
            foreach (var alternative in entry.Top)
            {
                json.WriteStartObject();
                WriteToken(json, alternative);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal");
        json.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter json, LogprobEntry entry)
    {
        json.WriteString("token", TokenText.Of(entry.Bytes));
        json.WriteNumber("logprob", TokenText.Floor(entry.Logprob));
        json.WriteStartArray("bytes");
        foreach (var value in entry.Bytes) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
