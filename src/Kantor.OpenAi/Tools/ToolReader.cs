using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Tools;

/// <summary>Reads <c>tools</c>, <c>tool_choice</c> and <c>parallel_tool_calls</c>.</summary>
internal sealed class ToolReader(List<FieldError> errors)
{
    public static readonly string[] Names = ["tools", "tool_choice", "parallel_tool_calls"];

    private const int ToolsMax = 128;
    private const int NameCharsMax = 64;
    private const int DescriptionCharsMax = 1 << 16;

    private List<ToolSpec> _tools = [];
    private Field? _choiceField;
    private ToolChoice? _choice;
    private string? _named;
    private bool _isParallel = true;

    /// <summary>Takes the field when it is one of <see cref="Names"/>.</summary>
    public bool TryRead(Field field)
    {
        switch (field.Name)
        {
            case "tools": _tools = [.. (field.Items(ToolsMax) ?? []).Select(Tool).OfType<ToolSpec>()]; break;
            case "tool_choice": ReadChoice(field); break;
            case "parallel_tool_calls": _isParallel = field.Flag() ?? true; break;
            default: return false;
        }

        return true;
    }

    /// <summary>The functions of the request; null when none may be called.</summary>
    public ToolUse? Build()
    {
        if (_tools.Count == 0)
        {
            if (_choiceField is { } field && _choice is not (null or ToolChoice.None or ToolChoice.Auto))
            {
                field.Refuse("is only allowed with \"tools\".");
            }

            return null;
        }

        if (_tools.GroupBy(tool => tool.Name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            errors.Add(
                new(twice.Last().Param, $"'{twice.Last().Param}' has the name of another tool, '{twice.Key}'.", ErrorCodes.InvalidValue));
        if (_choice is ToolChoice.None) return null;
        if (_named is null) return new ToolUse(_tools, _choice ?? ToolChoice.Auto, _isParallel);
        if (_tools.Find(tool => tool.Name == _named) is { } named) return new ToolUse([named], ToolChoice.Required, IsParallel: false);
        _choiceField?.Refuse($"names the function {QuotedText.Of(_named)}, which is not among the tools.");
        return null;
    }

    private void ReadChoice(Field field)
    {
        _choiceField = field;
        if (field.IsNull) return;
        if (field.IsText)
        {
            _choice = field.Text() switch
            {
                "auto" => ToolChoice.Auto,
                "none" => ToolChoice.None,
                "required" => ToolChoice.Required,
                _ => null,
            };
            if (_choice is null) field.Refuse("must be auto, none, required, or name a function.");
            return;
        }

        _choice = ToolChoice.Required;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "type" when member.IsJson("\"function\""): break;
                case "function": _named = NameIn(member); break;
                case "name": _named = member.Text(NameCharsMax); break;
                default:
                    member.Refuse("is not supported; a choice is {\"type\":\"function\",\"function\":{\"name\":…}}.",
                    ErrorCodes.UnsupportedParameter); break;
            }
        }

        if (_named is null) field.Refuse("names no function.", ErrorCodes.Missing);
    }

    private static string? NameIn(Field function)
    {
        string? name = null;
        foreach (var member in function.Members() ?? [])
        {
            if (member.Name == "name") name = member.Text(NameCharsMax);
            else member.Refuse("is not a known field; it has name.", ErrorCodes.UnknownParameter);
        }

        return name;
    }

    /// <summary>In the Responses API a function stands in the tool itself, and in a choice its name.</summary>
    private static bool IsFlat(Field field) => (field.Members() ?? []).Any(member => member.Name == "name");

    private static ToolSpec? Tool(Field field)
    {
        if (IsFlat(field)) return Function(field);
        ToolSpec? tool = null;
        var hasType = false;
        if (field.IsNull) field.RefuseNull();
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "type" when member.IsJson("\"function\""): hasType = true; break;
                case "type":
                    hasType = true;
                    member.Refuse("must be function: other tools are not run by this server.", ErrorCodes.UnsupportedParameter);
                    break;
                case "function": tool = Function(member); break;
                default: member.Refuse("is not a known field; a tool has type and function.", ErrorCodes.UnknownParameter); break;
            }
        }

        if (!hasType) field.Refuse("has no \"type\".", ErrorCodes.Missing);
        if (tool is null) field.Refuse("has no \"function\".", ErrorCodes.Missing);
        return tool;
    }

    private static ToolSpec? Function(Field field)
    {
        string? name = null, description = null;
        Field? parameters = null;
        bool? isStrict = null;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "name": name = Name(member); break;
                case "description": description = member.Text(DescriptionCharsMax); break;
                case "parameters": parameters = member.IsNull ? null : member; break;
                case "strict": isStrict = member.Flag(); break;
                case "type" when member.IsJson("\"function\""): break;
                default:
                    member.Refuse(
                    "is not a known field; a function has name, description, parameters and strict.", ErrorCodes.UnknownParameter); break;
            }
        }

        if (name is null) field.Refuse("has no \"name\".", ErrorCodes.Missing);
        return new ToolSpec(name ?? "", description, parameters?.Copy(), isStrict ?? false, field.Path);
    }

    private static string? Name(Field field)
    {
        var name = field.Text(NameCharsMax);
        if (name is not null && (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-')))
        {
            field.Refuse($"is {QuotedText.Of(name)}; it must be letters, digits, '_' and '-'.");
        }

        return name;
    }
}
