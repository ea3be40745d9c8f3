using System.Text.Json;

namespace Kantor.OpenAi.Items;

/// <summary>An item of a response: a message, or a call when it has the call's name.</summary>
internal sealed record OutputItem(string Id, string? CallId, string? Name)
{
    /// <summary>The text of a message; the arguments of a call.</summary>
    public string Text { get; set; } = "";

    public bool IsCall => CallId is not null;

    public void Write(Utf8JsonWriter json, string status)
    {
        json.WriteStartObject();
        json.WriteString("id", Id);
        json.WriteString("type", IsCall ? "function_call" : "message");
        json.WriteString("status", status);
        if (IsCall)
        {
            json.WriteString("call_id", CallId);
            json.WriteString("name", Name);
            json.WriteString("arguments", Text);
        }
        else
        {
            json.WriteString("role", "assistant");
            json.WriteStartArray("content");
            if (status != "in_progress") WritePart(json, Text);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteString("text", text);
        json.WriteStartArray("annotations");
        json.WriteEndArray();
        json.WriteStartArray("logprobs");
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
