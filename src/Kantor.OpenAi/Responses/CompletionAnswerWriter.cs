using System.Text.Json;

namespace Kantor.OpenAi.Responses;

/// <summary>Writes <c>text_completion</c>, whole and in chunks.</summary>
/// <inheritdoc/>
public sealed class CompletionAnswerWriter(AnswerHead head, bool usageAnnounced) : AnswerWriter(head, usageAnnounced)
{
    private readonly Dictionary<int, TextOffsets> _offsetsByChoice = [];

    /// <inheritdoc/>
    protected override string WholeKind => "text_completion";

    /// <inheritdoc/>
    protected override string ChunkKind => "text_completion";

    /// <inheritdoc/>
    protected override void WriteChoice(Utf8JsonWriter json, AnswerChoice choice) =>
        Write(json, choice.Index, choice.Text, choice.Logprobs, choice.FinishReason);

    /// <inheritdoc/>
    protected override void WriteOpening(Utf8JsonWriter json, int choice) => Write(json, choice, "", null, null);

    /// <inheritdoc/>
    protected override void WritePiece(Utf8JsonWriter json, int choice, string text, IReadOnlyList<LogprobEntry>? logprobs) =>
        Write(json, choice, text, logprobs, finishReason: null);

    /// <inheritdoc/>
    protected override void WriteEnding(Utf8JsonWriter json, int choice, string finishReason) =>
        Write(json, choice, "", null, finishReason);

    private void Write(Utf8JsonWriter json, int choice, string text, IReadOnlyList<LogprobEntry>? logprobs, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteNumber("index", choice);
        json.WriteString("text", text);
        if (logprobs is null) json.WriteNull("logprobs");
        else WriteLogprobs(json, choice, logprobs);
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
    }

    private void WriteLogprobs(Utf8JsonWriter json, int choice, IReadOnlyList<LogprobEntry> entries)
    {
        json.WriteStartObject("logprobs");
        json.WriteStartArray("tokens");
        foreach (var entry in entries) json.WriteStringValue(TokenText.Of(entry.Bytes));
        json.WriteEndArray();
        json.WriteStartArray("token_logprobs");
        foreach (var entry in entries) json.WriteNumberValue(TokenText.Floor(entry.Logprob));
        json.WriteEndArray();
        json.WriteStartArray("top_logprobs");
        foreach (var entry in entries) WriteAlternatives(json, entry.Top);
        json.WriteEndArray();
        json.WriteStartArray("text_offset");
        var offsets = OffsetsOf(choice);
        foreach (var entry in entries) json.WriteNumberValue(offsets.Next(entry.Bytes));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAlternatives(Utf8JsonWriter json, IReadOnlyList<LogprobEntry> alternatives)
    {
        json.WriteStartObject();
        var written = new HashSet<string>();
        foreach (var alternative in alternatives)
        {
            // Two tokens may have the same text, and an object has every key once: the likelier one stays.
            var text = TokenText.Of(alternative.Bytes);
            if (written.Add(text)) json.WriteNumber(text, TokenText.Floor(alternative.Logprob));
        }

        json.WriteEndObject();
    }

    private TextOffsets OffsetsOf(int choice)
    {
        if (!_offsetsByChoice.TryGetValue(choice, out var offsets)) _offsetsByChoice.Add(choice, offsets = new TextOffsets());
        return offsets;
    }
}
