using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>Reads the members of a chat body.</summary>
internal static class ChatReader
{
    private static readonly string[] Accepted = [.. GenerationReader.Names, "messages", "logprobs", "top_logprobs"];

    public static ChatRequest Read(IEnumerable<Field> members, RequestLimits limits, List<FieldError> errors)
    {
        var generation = new GenerationReader(limits, errors);
        IReadOnlyList<ChatMessage>? messages = null;
        bool? logprobs = null;
        int? topLogprobs = null;
        foreach (var field in members)
        {
            switch (field.Name)
            {
                case "messages": messages = Messages(field, limits); break;
                case "logprobs": logprobs = field.Flag(); break;
                case "top_logprobs": topLogprobs = field.Whole(0, limits.TopLogprobsMax); break;
                default:
                    if (!generation.TryRead(field)) UnknownFields.Refuse(field, Accepted);
                    break;
            }
        }

        if (messages is null) generation.Require("messages", "It must be an array of at least one message.");
        if (topLogprobs is not null && logprobs is not true)
            errors.Add(new("top_logprobs", "'top_logprobs' is only allowed with \"logprobs\": true.", ErrorCodes.InvalidValue));

        var alternatives = logprobs is true ? topLogprobs ?? 0 : (int?)null;
        return new ChatRequest(generation.Build(prompts: 1, alternatives, outputTokensDefault: null), messages ?? []);
    }

    internal static IReadOnlyList<ChatMessage> Messages(Field field, RequestLimits limits)
    {
        if (field.IsNull) field.RefuseNull();
        if (field.IsArray && field.Count == 0) field.Refuse("is empty; at least one message is needed.");
        return [.. (field.Items(limits.MessagesMax) ?? []).Select(message => Message(message, limits))];
    }

    private static ChatMessage Message(Field message, RequestLimits limits)
    {
        string? role = null, text = null;
        var (hasRole, hasContent) = (false, false);
        if (message.IsNull) message.RefuseNull();
        foreach (var field in message.Members() ?? [])
        {
            switch (field.Name)
            {
                case "role": (hasRole, role) = (true, Role(field)); break;
                case "content": (hasContent, text) = (true, Content(field, limits)); break;
                default: UnknownFields.Refuse(field, ["role", "content"]); break;
            }
        }

        if (!hasRole) message.Refuse("has no \"role\".", ErrorCodes.Missing);
        if (!hasContent) message.Refuse("has no \"content\".", ErrorCodes.Missing);
        return new ChatMessage(role ?? "", text ?? "");
    }

    private static string? Role(Field field)
    {
        if (field.IsNull) field.RefuseNull();
        var role = field.Text();
        switch (role)
        {
            case null or "system" or "user" or "assistant": return role;
            case "developer": return "system";
            case "tool" or "function":
                field.Refuse($"is '{role}'; tools are not supported by this server.", ErrorCodes.UnsupportedParameter);
                return null;
            default:
                field.Refuse($"is {QuotedText.Of(role)}; it must be system, developer, user or assistant.");
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
