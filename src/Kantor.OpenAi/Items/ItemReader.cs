using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Items;

/// <summary>Reads input items: messages, calls of functions, and their results.</summary>
internal sealed class ItemReader(RequestLimits limits)
{
    private readonly List<ChatMessage> _messages = [];

    public static IReadOnlyList<ChatMessage> Messages(Field field, RequestLimits limits)
    {
        if (field.IsNull) field.RefuseNull();
        if (field.IsText) return [new ChatMessage("user", field.Text() ?? "")];
        if (!field.IsArray) field.RefuseType("a string or an array of items");
        else if (field.Count == 0) field.Refuse("is empty; at least one item is needed.");
        var reader = new ItemReader(limits);
        foreach (var item in field.IsArray ? field.Items(limits.MessagesMax) ?? [] : []) reader.Read(item);
        return reader._messages;
    }

    private void Read(Field item)
    {
        if (item.IsNull) item.RefuseNull();
        var members = (item.Members() ?? []).ToArray();
        switch (Find(members, "type")?.Text(charsMax: 64))
        {
            case null or "message": ReadMessage(item, members); break;
            case "function_call": ReadCall(item, members); break;
            case "function_call_output": ReadResult(item, members); break;
            case { } type:
                item.Refuse(
                    $"is of type {QuotedText.Of(type)}; message, function_call and function_call_output are supported by this server.",
                    ErrorCodes.UnsupportedParameter);
                break;
        }
    }

    private void ReadMessage(Field item, Field[] members)
    {
        Check(members, "type", "role", "content", "id", "status", "phase");
        var role = Find(members, "role")?.Text(charsMax: 32);
        if (role is not ("user" or "assistant" or "system" or "developer"))
        {
            item.Refuse("must have a role: user, assistant, system or developer.");
        }

        if (Find(members, "content") is not { } content) item.Refuse("has no \"content\".", ErrorCodes.Missing);
        else _messages.Add(new ChatMessage(role == "developer" ? "system" : role ?? "", Text(content)));
    }

    private string Text(Field content)
    {
        if (content.IsText) return content.Text() ?? "";
        if (!content.IsArray) content.RefuseType("a string or an array of parts");
        return string.Join('\n', (content.IsArray ? content.Items(limits.PartsMax) ?? [] : []).Select(Part));
    }

    private static string Part(Field part)
    {
        var members = (part.Members() ?? []).ToArray();
        var type = Find(members, "type")?.Text(charsMax: 64);
        if (type is not ("input_text" or "output_text" or "text"))
        {
            part.Refuse($"is {QuotedText.Of(type ?? "")}; only text parts are supported by this server.", ErrorCodes.UnsupportedParameter);
            return "";
        }

        Check(members, "type", "text", "annotations", "logprobs", "parsed");
        if (Find(members, "text") is { } text) return text.Text() ?? "";
        part.Refuse("has no \"text\".", ErrorCodes.Missing);
        return "";
    }

    private void ReadCall(Field item, Field[] members)
    {
        Check(members, "type", "id", "call_id", "name", "arguments", "status", "parsed_arguments");
        var (id, name) = (Find(members, "call_id")?.Text(charsMax: 256), Find(members, "name")?.Text(charsMax: 256));
        if (id is null) item.Refuse("has no \"call_id\".", ErrorCodes.Missing);
        if (name is null) item.Refuse("has no \"name\".", ErrorCodes.Missing);
        var call = new ToolCall(
            id ?? "", name ?? "", Find(members, "arguments") is { } arguments ? MessageCalls.Arguments(arguments) ?? "{}" : "{}");
        // Calls that follow each other are of one message.
        if (_messages.Count > 0 && _messages[^1] is { Calls.Count: > 0 } last) _messages[^1] = last with { Calls = [.. last.Calls, call] };
        else _messages.Add(new ChatMessage("assistant", "") { Calls = [call] });
    }

    private void ReadResult(Field item, Field[] members)
    {
        Check(members, "type", "id", "call_id", "output", "status");
        var id = Find(members, "call_id")?.Text(charsMax: 256);
        if (id is null) item.Refuse("has no \"call_id\".", ErrorCodes.Missing);
        if (Find(members, "output") is { } output) _messages.Add(new ChatMessage("tool", Text(output)) { CallId = id ?? "" });
        else item.Refuse("has no \"output\".", ErrorCodes.Missing);
    }

    private static Field? Find(Field[] members, string name)
    {
        foreach (var member in members)
        {
            if (member.Name == name) return member;
        }

        return null;
    }

    /// <summary>What a response said of an item comes back with it; only what the model is shown of it counts.</summary>
    private static void Check(Field[] members, params string[] accepted)
    {
        foreach (var member in members)
        {
            if (!accepted.Contains(member.Name) && !member.IsNull) UnknownFields.Refuse(member, accepted);
        }
    }
}
