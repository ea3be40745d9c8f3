using System.Buffers;
using System.Text;
using System.Text.Json;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;

namespace Kantor.Anthropic;

/// <summary>
/// The event stream of a message: its start, blocks that start, grow and stop one after the other, its end. What is inside is JSON on one
/// line.
/// </summary>
internal sealed class MessageEvents(IBufferWriter<byte> to, AnswerHead head) : IAnswerEvents
{
    private int _blocks;
    private Kind _open;
    private EndReason _reason;

    private enum Kind
    {
        None,
        Text,
        Call,
    }

    /// <inheritdoc/>
    public void Begin(int choices, Usage soFar) => Write("message_start", json =>
    {
        json.WriteStartObject("message");
        MessageFormat.WriteHead(json, head);
        json.WriteStartArray("content");
        json.WriteEndArray();
        json.WriteNull("stop_reason");
        json.WriteNull("stop_sequence");
        MessageFormat.WriteUsage(json, soFar);
        json.WriteEndObject();
    });

    /// <inheritdoc/>
    public void Piece(int choice, string text, IReadOnlyList<LogprobEntry>? logprobs)
    {
        if (text.Length == 0) return;
        if (_open != Kind.Text) Open(Kind.Text, json =>
        {
            json.WriteString("type", "text");
            json.WriteString("text", "");
        });
        Delta("text_delta", "text", text);
    }

    /// <inheritdoc/>
    public void Call(int choice, CallPiece piece)
    {
        if (piece.Id is not null) Open(Kind.Call, json =>
        {
            json.WriteString("type", "tool_use");
            json.WriteString("id", piece.Id);
            json.WriteString("name", piece.Name);
            json.WriteStartObject("input");
            json.WriteEndObject();
        });
        if (piece.Arguments.Length > 0) Delta("input_json_delta", "partial_json", piece.Arguments);
    }

    /// <inheritdoc/>
    public void Ending(int choice, EndReason reason)
    {
        Close();
        _reason = reason;
    }

    /// <inheritdoc/>
    public void Totals(Usage usage) => Write("message_delta", json =>
    {
        json.WriteStartObject("delta");
        MessageFormat.WriteReason(json, _reason);
        json.WriteEndObject();
        MessageFormat.WriteUsage(json, usage);
    });

    /// <inheritdoc/>
    public void Error(ApiError error)
    {
        to.Write("event: error\ndata: "u8);
        MessageErrors.Write(to, error);
        to.Write("\n\n"u8);
    }

    /// <inheritdoc/>
    public void Done() => Write("message_stop", _ => { });

    private void Open(Kind kind, Action<Utf8JsonWriter> content)
    {
        Close();
        _open = kind;
        Write("content_block_start", json =>
        {
            json.WriteNumber("index", _blocks);
            json.WriteStartObject("content_block");
            content(json);
            json.WriteEndObject();
        });
    }

    private void Close()
    {
        if (_open == Kind.None) return;
        Write("content_block_stop", json => json.WriteNumber("index", _blocks));
        _open = Kind.None;
        _blocks++;
    }

    private void Delta(string type, string member, string text) => Write("content_block_delta", json =>
    {
        json.WriteNumber("index", _blocks);
        json.WriteStartObject("delta");
        json.WriteString("type", type);
        json.WriteString(member, text);
        json.WriteEndObject();
    });

    private void Write(string type, Action<Utf8JsonWriter> content)
    {
        to.Write(Encoding.UTF8.GetBytes($"event: {type}\ndata: "));
        using (var json = new Utf8JsonWriter(to, MessageFormat.Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            content(json);
            json.WriteEndObject();
        }

        to.Write("\n\n"u8);
    }
}
