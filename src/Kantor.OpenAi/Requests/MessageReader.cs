using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Requests;

/// <summary>Reads the messages of a conversation, each with a reader of its own.</summary>
internal sealed class MessageReader(Field message, RequestLimits limits)
{
    private static readonly string[] Accepted = ["role", "content", "tool_calls", "tool_call_id"];

    private Field? _role;
    private Field? _content;
    private Field? _name;
    private string? _callId;
    private IReadOnlyList<ToolCall> _calls = [];

    public static IReadOnlyList<ChatMessage> All(Field field, RequestLimits limits)
    {
        if (field.IsNull) field.RefuseNull();
        if (field.IsArray && field.Count == 0) field.Refuse("is empty; at least one message is needed.");
        return [.. (field.Items(limits.MessagesMax) ?? []).Select(message => new MessageReader(message, limits).Read())];
    }

    private ChatMessage Read()
    {
        if (message.IsNull) message.RefuseNull();
        foreach (var field in message.Members() ?? []) Take(field);
        var role = _role is { } given ? Role(given) : null;
        if (_role is null) message.Refuse("has no \"role\".", ErrorCodes.Missing);
        var text = Text();
        CheckCalls(role);
        return new ChatMessage(role ?? "", text ?? "") { Calls = _calls, CallId = _callId };
    }

    private void Take(Field field)
    {
        switch (field.Name)
        {
            case "role": _role = field; break;
            case "content": _content = field; break;
            case "name": _name = field; break;
            case "tool_calls": _calls = MessageCalls.Read(field); break;
            // OpenAI's own client replays its reading of the content beside the content.
            case "parsed": break;
            case "tool_call_id": _callId = field.Text(charsMax: 256); break;
            default: UnknownFields.Refuse(field, Accepted); break;
        }
    }

    /// <summary>A message that calls functions needs no text.</summary>
    private string? Text()
    {
        if (_content is { IsNull: false } content) return Content(content, limits);
        if (_calls.Count > 0) return null;
        if (_content is { } nothing) nothing.RefuseNull();
        else message.Refuse("has no \"content\".", ErrorCodes.Missing);
        return null;
    }

    private void CheckCalls(string? role)
    {
        // The name of a result's function says again what its call's id says; names of speakers are shown to no template.
        if (_name is { } name && role != "tool") UnknownFields.Refuse(name, Accepted);
        if (_calls.Count > 0 && role is not (null or "assistant")) message.Refuse("has \"tool_calls\"; only an assistant's message may.");
        if ((role == "tool") == (_callId is not null)) return;
        message.Refuse("must have a \"tool_call_id\" exactly when its role is tool.", ErrorCodes.Missing);
    }

    private static string? Role(Field field)
    {
        if (field.IsNull) field.RefuseNull();
        var role = field.Text();
        switch (role)
        {
            case null or "system" or "user" or "assistant" or "tool": return role;
            case "developer": return "system";
            case "function":
                field.Refuse("is 'function'; give results of functions in messages with the role tool.", ErrorCodes.UnsupportedParameter);
                return null;
            default:
                field.Refuse($"is {QuotedText.Of(role)}; it must be system, developer, user, assistant or tool.");
                return null;
        }
    }

    private static string? Content(Field field, RequestLimits limits)
    {
        if (field.IsText) return field.Text();
        if (field.IsArray) return string.Join('\n', field.Items(limits.PartsMax)?.Select(Part) ?? []);
        field.RefuseType("a string or an array of text parts");
        return null;
    }

    private static string? Part(Field part)
    {
        string? type = null, text = null;
        if (part.IsNull) part.RefuseNull();
        foreach (var field in part.Members() ?? [])
        {
            switch (field.Name)
            {
                case "type": type = PartType(field); break;
                case "text": text = field.Text(); break;
                // What belongs to an unsupported type is refused with the type.
                case "image_url" or "input_audio" or "file" or "refusal" or "video_url": break;
                default: UnknownFields.Refuse(field, ["type", "text"]); break;
            }
        }

        if (type is null) part.Refuse("must have \"type\": \"text\".");
        else if (type is "text" && text is null) part.Refuse("has no \"text\".", ErrorCodes.Missing);
        return text;
    }

    private static string? PartType(Field field)
    {
        var type = field.Text();
        if (type is not (null or "text"))
        {
            field.Refuse($"is {QuotedText.Of(type)}; only text parts are supported by this server.", ErrorCodes.UnsupportedParameter);
        }

        return type;
    }
}
