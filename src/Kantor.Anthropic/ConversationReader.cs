using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;

namespace Kantor.Anthropic;

/// <summary>Reads messages: texts, calls of functions by the assistant, their results from the user.</summary>
internal sealed class ConversationReader(RequestLimits limits)
{
    private readonly List<ChatMessage> _messages = [];

    public static IReadOnlyList<ChatMessage> Messages(Field field, RequestLimits limits)
    {
        var reader = new ConversationReader(limits);
        if (field.IsNull) field.RefuseNull();
        if (field.IsArray && field.Count == 0) field.Refuse("is empty; at least one message is needed.");
        foreach (var message in field.Items(limits.MessagesMax) ?? []) reader.Read(message);
        return reader._messages;
    }

    private void Read(Field message)
    {
        if (message.IsNull) message.RefuseNull();
        Field? role = null, content = null;
        foreach (var field in message.Members() ?? [])
        {
            if (field.Name == "role") role = field;
            else if (field.Name == "content") content = field;
            else UnknownFields.Refuse(field, ["role", "content"]);
        }

        if (role is null) message.Refuse("has no \"role\".", ErrorCodes.Missing);
        if (content is null) message.Refuse("has no \"content\".", ErrorCodes.Missing);
        if (role is not { } speaker || content is not { } said) return;
        if (speaker.Text(charsMax: 32) is { } name and ("user" or "assistant")) Read(name, said);
        else speaker.Refuse("must be user or assistant; the system's text is in \"system\".");
    }

    private void Read(string role, Field content)
    {
        if (content.IsText)
        {
            _messages.Add(new ChatMessage(role, content.Text() ?? ""));
            return;
        }

        if (!content.IsArray) content.RefuseType("a string or an array of blocks");
        var (texts, calls) = (new List<string>(), new List<ToolCall>());
        foreach (var block in content.IsArray ? content.Items(limits.PartsMax) ?? [] : []) Read(block, role, texts, calls);
        if (texts.Count + calls.Count > 0) _messages.Add(new ChatMessage(role, string.Join('\n', texts)) { Calls = calls });
    }

    private void Read(Field block, string role, List<string> texts, List<ToolCall> calls)
    {
        switch (Blocks.KindOf(block))
        {
            case "tool_use" when role == "assistant": calls.Add(Call(block)); break;
            case "tool_result" when role == "user": _messages.Add(Result(block)); break;
            case "tool_use" or "tool_result":
                block.Refuse($"may not be in a message of the {role}: the assistant calls, the user gives results.");
                break;
            case { } kind and not "text":
                block.Refuse(
                    $"is {QuotedText.Of(kind)}; text, tool_use and tool_result are supported by this server.",
                        ErrorCodes.UnsupportedParameter);
                break;
            default: texts.Add(Blocks.TextOf(block)); break;
        }
    }

    private static ToolCall Call(Field block)
    {
        Blocks.CheckMembers(block, "id", "name", "input");
        var (id, name) = (Blocks.Member(block, "id")?.Text(charsMax: 256), Blocks.Member(block, "name")?.Text(charsMax: 256));
        if (id is null) block.Refuse("has no \"id\".", ErrorCodes.Missing);
        if (name is null) block.Refuse("has no \"name\".", ErrorCodes.Missing);
        return new ToolCall(id ?? "", name ?? "", Blocks.Member(block, "input")?.Copy().GetRawText() ?? "{}");
    }

    private ChatMessage Result(Field block)
    {
        Blocks.CheckMembers(block, "tool_use_id", "content", "is_error");
        var id = Blocks.Member(block, "tool_use_id")?.Text(charsMax: 256);
        if (id is null) block.Refuse("has no \"tool_use_id\".", ErrorCodes.Missing);
        var text = Blocks.Member(block, "content") is { IsNull: false } content ? Blocks.Text(content, limits) : "";
        var isError = Blocks.Member(block, "is_error")?.Flag() ?? false;
        return new ChatMessage("tool", isError ? $"Error: {text}" : text) { CallId = id ?? "" };
    }
}
