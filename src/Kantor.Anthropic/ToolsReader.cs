using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;

namespace Kantor.Anthropic;

/// <summary>Reads <c>tools</c> and <c>tool_choice</c>.</summary>
internal sealed class ToolsReader
{
    private const int ToolsMax = 128;

    private List<ToolSpec> _tools = [];
    private Field? _choiceField;
    private ToolChoice _choice;
    private string? _named;
    private bool _isParallel = true;

    public void Read(Field field)
    {
        if (field.Name == "tools") _tools = [.. (field.Items(ToolsMax) ?? []).Select(Tool)];
        else if (!field.IsNull) ReadChoice(field);
    }

    /// <summary>The functions of the request; null when none may be called.</summary>
    public ToolUse? Build()
    {
        if (_tools.Count == 0)
        {
            if (_choice == ToolChoice.Required) _choiceField?.Refuse("is only allowed with \"tools\".");
            return null;
        }

        if (_choice == ToolChoice.None) return null;
        if (_named is null) return new ToolUse(_tools, _choice, _isParallel);
        if (_tools.Find(tool => tool.Name == _named) is { } named) return new ToolUse([named], ToolChoice.Required, IsParallel: false);
        _choiceField?.Refuse($"names the tool {QuotedText.Of(_named)}, which is not among the tools.");
        return null;
    }

    private static ToolSpec Tool(Field field)
    {
        if (field.IsNull) field.RefuseNull();
        if (Blocks.KindOf(field) is { } kind and not "custom")
        {
            field.Refuse($"is of type {QuotedText.Of(kind)}; tools of the client's own are supported by this server.",
                ErrorCodes.UnsupportedParameter);
        }

        Blocks.CheckMembers(field, "name", "description", "input_schema");
        var name = Blocks.Member(field, "name")?.Text(charsMax: 64);
        if (name is null || name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-'))
        {
            field.Refuse("must have a \"name\" of letters, digits, '_' and '-'.");
        }

        var schema = Blocks.Member(field, "input_schema");
        if (schema is null) field.Refuse("has no \"input_schema\".", ErrorCodes.Missing);
        return new ToolSpec(name ?? "", Blocks.Member(field, "description")?.Text(1 << 16), schema?.Copy(), IsStrict: false, field.Path);
    }

    private void ReadChoice(Field field)
    {
        _choiceField = field;
        string? type = null;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "type": type = member.Text(charsMax: 32); break;
                case "name": _named = member.Text(charsMax: 64); break;
                case "disable_parallel_tool_use": _isParallel = !(member.Flag() ?? false); break;
                default: UnknownFields.Refuse(member, ["type", "name", "disable_parallel_tool_use"]); break;
            }
        }

        _choice = type switch { "none" => ToolChoice.None, "any" or "tool" => ToolChoice.Required, _ => ToolChoice.Auto };
        if (type is not ("auto" or "any" or "tool" or "none")) field.Refuse("must have a type: auto, any, tool or none.");
        if ((type == "tool") != (_named is not null)) field.Refuse("names a tool exactly when its type is tool.");
    }
}
