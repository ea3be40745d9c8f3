using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Tools;

/// <summary>Reads the calls of an assistant's message.</summary>
internal static class MessageCalls
{
    private const int CallsMax = 128;

    public static IReadOnlyList<ToolCall> Read(Field field) => [.. (field.Items(CallsMax) ?? []).Select(Call).OfType<ToolCall>()];

    private static ToolCall? Call(Field field)
    {
        string? id = null;
        (string? Name, string? Arguments) function = default;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "id": id = member.Text(charsMax: 256); break;
                case "type" when member.IsJson("\"function\""): break;
                case "index": member.Whole(0, CallsMax); break;
                case "function": function = Function(member); break;
                default: member.Refuse("is not a known field; a call has id, type and function.", ErrorCodes.UnknownParameter); break;
            }
        }

        if (id is null) field.Refuse("has no \"id\".", ErrorCodes.Missing);
        if (function.Name is null) field.Refuse("names no function.", ErrorCodes.Missing);
        return new ToolCall(id ?? "", function.Name ?? "", function.Arguments ?? "{}");
    }

    private static (string? Name, string? Arguments) Function(Field field)
    {
        string? name = null, arguments = null;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "name": name = member.Text(charsMax: 256); break;
                case "arguments": arguments = Arguments(member); break;
                // OpenAI's own client replays its reading of the arguments beside the arguments.
                case "parsed_arguments": break;
                default: member.Refuse("is not a known field; it has name and arguments.", ErrorCodes.UnknownParameter); break;
            }
        }

        return (name, arguments);
    }

    private static string? Arguments(Field field)
    {
        var text = field.Text();
        if (text is null) return null;
        // Many clients write no arguments as an empty text.
        if (text.Length == 0) return "{}";
        var parsed = StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(text));
        if (parsed.IsValid) parsed.Value.Dispose();
        else field.Refuse("is not the text of one JSON value.");
        return text;
    }
}
