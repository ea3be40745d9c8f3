using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;

namespace Kantor.Anthropic;

/// <summary>Reads content: a text, or blocks.</summary>
internal static class Blocks
{
    /// <summary>The text of content that may hold text only; several blocks are joined by line ends.</summary>
    public static string Text(Field field, RequestLimits limits)
    {
        if (field.IsText) return field.Text() ?? "";
        if (field.IsArray) return string.Join('\n', (field.Items(limits.PartsMax) ?? []).Select(block => TextOf(block)));
        field.RefuseType("a string or an array of text blocks");
        return "";
    }

    /// <summary>The kind of a block; null when it has none.</summary>
    public static string? KindOf(Field block) => Member(block, "type")?.Text(charsMax: 64);

    /// <summary>A member of a block; null when it is absent.</summary>
    public static Field? Member(Field block, string name)
    {
        foreach (var member in block.Members() ?? [])
        {
            if (member.Name == name) return member;
        }

        return null;
    }

    /// <summary>
    /// Refuses members of a block that are not accepted. Where a cache may end is for the client to say elsewhere: here every prefix is
    /// kept, so it changes nothing.
    /// </summary>
    public static void CheckMembers(Field block, params string[] accepted)
    {
        foreach (var member in block.Members() ?? [])
        {
            if (member.Name is "type" || accepted.Contains(member.Name)) continue;
            if (member.Name is "citations" && member.IsNull) continue;
            if (member.Name is "cache_control" && (member.IsNull || KindOf(member) is "ephemeral")) continue;
            UnknownFields.Refuse(member, accepted);
        }
    }

    /// <summary>The text of a text block.</summary>
    public static string TextOf(Field block)
    {
        if (block.IsNull) block.RefuseNull();
        if (KindOf(block) is var kind && kind != "text")
        {
            block.Refuse(
                $"is {(kind is null ? "without a type" : QuotedText.Of(kind))}; it must be a text block.", ErrorCodes.UnsupportedParameter);
        }

        CheckMembers(block, "text");
        if (Member(block, "text") is not { } text) block.Refuse("has no \"text\".", ErrorCodes.Missing);
        else return text.Text() ?? "";
        return "";
    }
}
