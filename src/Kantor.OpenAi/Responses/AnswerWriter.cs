using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kantor.OpenAi.Responses;

/// <summary>
/// Writes the answer to one request as JSON, either whole or in chunks. One writer per answer; not thread-safe. Chat and plain completions
/// differ in the shape of a choice.
/// </summary>
/// <param name="head">What all chunks repeat.</param>
/// <param name="usageAnnounced">Whether a usage chunk follows, in which case every other chunk says <c>"usage":null</c>.</param>
public abstract class AnswerWriter(AnswerHead head, bool usageAnnounced) : IAnswerFormat
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Utf8JsonWriter _json = new(Stream.Null, Options);

    /// <inheritdoc/>
    public Usage? RunningUsage { get; set; }

    /// <summary>Value of <c>object</c> in a whole answer.</summary>
    protected abstract string WholeKind { get; }

    /// <summary>Value of <c>object</c> in a chunk.</summary>
    protected abstract string ChunkKind { get; }

    /// <summary>Whether a choice begins with a chunk of its own.</summary>
    public virtual bool HasOpening => false;

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public IAnswerEvents Events(IBufferWriter<byte> to) => new SseWriter(to, this);

    /// <inheritdoc/>
    public void WriteWhole(IBufferWriter<byte> to, IReadOnlyList<AnswerChoice> choices, Usage usage)
    {
        Begin(to, WholeKind);
        foreach (var choice in choices) WriteChoice(_json, choice);
        _json.WriteEndArray();
        WriteUsage(usage);
        End();
    }

    /// <summary>The chunk with which a choice begins.</summary>
    public void WriteOpening(IBufferWriter<byte> to, int choice)
    {
        BeginChunk(to);
        WriteOpening(_json, choice);
        EndChunk();
    }

    /// <summary>A chunk of text.</summary>
    public void WritePiece(IBufferWriter<byte> to, int choice, string text, IReadOnlyList<LogprobEntry>? logprobs)
    {
        BeginChunk(to);
        WritePiece(_json, choice, text, logprobs);
        EndChunk();
    }

    /// <summary>A chunk with a part of a call.</summary>
    public void WriteCall(IBufferWriter<byte> to, int choice, CallPiece piece)
    {
        BeginChunk(to);
        WriteCall(_json, choice, piece);
        EndChunk();
    }

    /// <summary>The chunk that ends a choice.</summary>
    public void WriteEnding(IBufferWriter<byte> to, int choice, string finishReason)
    {
        BeginChunk(to);
        WriteEnding(_json, choice, finishReason);
        EndChunk();
    }

    /// <summary>The last chunk when usage was asked for: no choices.</summary>
    public void WriteTotals(IBufferWriter<byte> to, Usage usage)
    {
        BeginChunk(to);
        _json.WriteEndArray();
        WriteUsage(usage);
        End();
    }

    /// <summary>A choice of a whole answer.</summary>
    protected abstract void WriteChoice(Utf8JsonWriter json, AnswerChoice choice);

    /// <summary>A choice of the opening chunk.</summary>
    protected abstract void WriteOpening(Utf8JsonWriter json, int choice);

    /// <summary>A choice of a text chunk.</summary>
    protected abstract void WritePiece(Utf8JsonWriter json, int choice, string text, IReadOnlyList<LogprobEntry>? logprobs);

    /// <summary>A choice of a chunk with a part of a call.</summary>
    protected virtual void WriteCall(Utf8JsonWriter json, int choice, CallPiece piece) =>
        throw new NotSupportedException($"There are no calls in a {ChunkKind}.");

    /// <summary>A choice of the ending chunk.</summary>
    protected abstract void WriteEnding(Utf8JsonWriter json, int choice, string finishReason);

    private void BeginChunk(IBufferWriter<byte> to) => Begin(to, ChunkKind);

    private void Begin(IBufferWriter<byte> to, string kind)
    {
        _json.Reset(to);
        _json.WriteStartObject();
        _json.WriteString("id", head.Id);
        _json.WriteString("object", kind);
        _json.WriteNumber("created", head.CreatedUnixSeconds);
        _json.WriteString("model", head.Model);
        _json.WriteStartArray("choices");
    }

    private void EndChunk()
    {
        _json.WriteEndArray();
        if (RunningUsage is { } usage) WriteUsage(usage);
        else if (usageAnnounced) _json.WriteNull("usage");
        End();
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteUsage(Usage usage)
    {
        _json.WriteStartObject("usage");
        _json.WriteNumber("prompt_tokens", usage.PromptTokens);
        _json.WriteNumber("completion_tokens", usage.CompletionTokens);
        _json.WriteNumber("total_tokens", usage.TotalTokens);
        _json.WriteStartObject("prompt_tokens_details");
        _json.WriteNumber("cached_tokens", usage.CachedTokens);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }
}
