using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;

namespace Kantor.Server.Tools;

/// <summary>
/// Functions, calls and results as text, in the way of the Hermes and Qwen families: tools between <c>&lt;tools&gt;</c> in the system
/// message, a call as JSON between <c>&lt;tool_call&gt;</c>, a result between <c>&lt;tool_response&gt;</c> from the user. The tags are
/// plain text for every tokenizer, so that this works with models of other families too, which then follow what the system message says.
/// </summary>
internal static class ToolText
{
    /// <summary>Begins a call.</summary>
    public const string CallStart = "<tool_call>";

    /// <summary>Between the tag and the name of the function, which is in quotes.</summary>
    public const string NameStart = "\n{\"name\": \"";

    /// <summary>Between the name and the arguments.</summary>
    public const string ArgumentsStart = "\", \"arguments\": ";

    /// <summary>Ends a call.</summary>
    public const string CallEnd = "}\n</tool_call>";

    private const string Introduction =
        "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
        + "You are provided with function signatures within <tools></tools> XML tags:\n<tools>\n";

    private const string Instruction =
        "</tools>\n\nFor each function call, return a json object with function name and arguments "
        + "within <tool_call></tool_call> XML tags:\n"
        + "<tool_call>\n{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The conversation in plain turns, the functions told to the model first.</summary>
    public static IReadOnlyList<ChatMessage> Plain(IReadOnlyList<ChatMessage> messages, ToolUse? tools)
    {
        List<ChatMessage> plain = [];
        foreach (var message in messages)
        {
            if (message.Role == "tool") AddResult(plain, message.Text);
            else plain.Add(message.Calls.Count == 0 ? message : new ChatMessage(message.Role, WithCalls(message)));
        }

        if (tools is not null) Introduce(plain, tools);
        return plain;
    }

    private static void Introduce(List<ChatMessage> messages, ToolUse tools)
    {
        var signatures = new StringBuilder(Introduction);
        foreach (var tool in tools.Tools) signatures.Append(Signature(tool)).Append('\n');
        signatures.Append(Instruction);
        if (messages.Count > 0 && messages[0].Role == "system")
        {
            messages[0] = new ChatMessage(
                "system", $"{messages[0].Text}\n\n{signatures}");
        }
        else messages.Insert(0, new ChatMessage("system", signatures.ToString()));
    }

    private static string WithCalls(ChatMessage message)
    {
        var calls = message.Calls.Select(call =>
            $"{CallStart}{NameStart}{JsonEncodedText.Encode(call.Name)}{ArgumentsStart}{call.Arguments}{CallEnd}");
        return string.Join('\n', message.Text.Length > 0 ? calls.Prepend(message.Text) : calls);
    }

    /// <summary>Results that follow each other are one turn, as templates that want turns to alternate need it.</summary>
    private static void AddResult(List<ChatMessage> messages, string result)
    {
        var text = $"<tool_response>\n{result}\n</tool_response>";
        if (messages.Count > 0
            && messages[^1] is { Role: "user", CallId: "" } last) messages[^1] = last with { Text = $"{last.Text}\n{text}" };
        else messages.Add(new ChatMessage("user", text) { CallId = "" });
    }

    private static string Signature(ToolSpec tool)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("type", "function");
            json.WriteStartObject("function");
            json.WriteString("name", tool.Name);
            if (tool.Description is not null) json.WriteString("description", tool.Description);
            if (tool.Parameters is { } parameters)
            {
                json.WritePropertyName("parameters");
                parameters.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
