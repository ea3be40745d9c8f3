using System.Buffers;
using System.Text;
using System.Text.Json;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Responses;

namespace Kantor.OpenAi.Items;

/// <summary>
/// The event stream of a response: it is created, its items are added, grow and are done one after the other, and it is completed. Events
/// are numbered from 0.
/// </summary>
internal sealed class ResponseEvents(IBufferWriter<byte> to, ResponseFormat format) : IAnswerEvents
{
    private readonly List<OutputItem> _items = [];
    private readonly StringBuilder _text = new();
    private bool _isOpen;
    private int _events;
    private string _status = "completed";

    /// <inheritdoc/>
    public void Begin(int choices, Usage soFar)
    {
        WriteResponse("response.created", "in_progress", null);
        WriteResponse("response.in_progress", "in_progress", null);
    }

    /// <inheritdoc/>
    public void Piece(int choice, string text, IReadOnlyList<LogprobEntry>? logprobs)
    {
        if (text.Length == 0) return;
        if (!_isOpen) OpenMessage();
        _text.Append(text);
        WriteOfItem("response.output_text.delta", json =>
        {
            WritePlace(json);
            json.WriteString("delta", text);
            json.WriteStartArray("logprobs");
            json.WriteEndArray();
        });
    }

    /// <inheritdoc/>
    public void Call(int choice, CallPiece piece)
    {
        if (piece.Id is not null)
        {
            Close();
            Open(new OutputItem($"fc_{piece.Id}", piece.Id, piece.Name));
        }

        if (piece.Arguments.Length == 0) return;
        _text.Append(piece.Arguments);
        WriteOfItem("response.function_call_arguments.delta", json => json.WriteString("delta", piece.Arguments));
    }

    /// <inheritdoc/>
    public void Ending(int choice, EndReason reason)
    {
        _status = ResponseFormat.StatusOf(reason.Name);
        if (_items.Count == 0) OpenMessage();
        Close();
    }

    /// <inheritdoc/>
    public void Totals(Usage usage) => WriteResponse(_status == "completed" ? "response.completed" : "response.incomplete", _status, usage);

    /// <inheritdoc/>
    public void Error(ApiError error) => Write("error", json =>
    {
        json.WriteString("code", error.Code);
        json.WriteString("message", error.Message);
        json.WriteString("param", error.Param);
    });

    /// <inheritdoc/>
    public void Done()
    {
        // The last event says that the response is complete; there is no end mark.
    }

    private void OpenMessage()
    {
        Open(new OutputItem(format.MessageId, null, null));
        WriteOfItem("response.content_part.added", json =>
        {
            json.WriteNumber("content_index", 0);
            json.WritePropertyName("part");
            OutputItem.WritePart(json, "");
        });
    }

    private void Open(OutputItem item)
    {
        _items.Add(item);
        _isOpen = true;
        WriteItem("response.output_item.added", "in_progress");
    }

    private void Close()
    {
        if (!_isOpen) return;
        _items[^1].Text = _text.ToString();
        _text.Clear();
        _isOpen = false;
        if (_items[^1].IsCall) WriteOfItem("response.function_call_arguments.done", json => json.WriteString("arguments", _items[^1].Text));
        else CloseMessage();
        WriteItem("response.output_item.done", _status);
    }

    private void CloseMessage()
    {
        WriteOfItem("response.output_text.done", json =>
        {
            WritePlace(json);
            json.WriteString("text", _items[^1].Text);
            json.WriteStartArray("logprobs");
            json.WriteEndArray();
        });
        WriteOfItem("response.content_part.done", json =>
        {
            WritePlace(json);
            json.WritePropertyName("part");
            OutputItem.WritePart(json, _items[^1].Text);
        });
    }

    private static void WritePlace(Utf8JsonWriter json) => json.WriteNumber("content_index", 0);

    private void WriteItem(string type, string status) => Write(type, json =>
    {
        json.WriteNumber("output_index", _items.Count - 1);
        json.WritePropertyName("item");
        _items[^1].Write(json, status);
    });

    private void WriteOfItem(string type, Action<Utf8JsonWriter> content) => Write(type, json =>
    {
        json.WriteString("item_id", _items[^1].Id);
        json.WriteNumber("output_index", _items.Count - 1);
        content(json);
    });

    private void WriteResponse(string type, string status, Usage? usage) => Write(type, json =>
    {
        json.WritePropertyName("response");
        format.Write(json, _items, status, usage);
    });

    private void Write(string type, Action<Utf8JsonWriter> content)
    {
        to.Write(Encoding.UTF8.GetBytes($"event: {type}\ndata: "));
        using (var json = new Utf8JsonWriter(to, ResponseFormat.Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteNumber("sequence_number", _events++);
            content(json);
            json.WriteEndObject();
        }

        to.Write("\n\n"u8);
    }
}
