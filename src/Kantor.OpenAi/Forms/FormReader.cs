using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Forms;

/// <summary>
/// Reads what an answer must be, in OpenAI's way (<c>response_format</c>), vLLM's (<c>structured_outputs</c>, <c>guided_*</c>) and
/// llama-server's (<c>grammar</c>, <c>json_schema</c>). One request says it once.
/// </summary>
internal sealed class FormReader
{
    public static readonly string[] Names =
    [
        "response_format", "structured_outputs", "guided_json", "guided_regex", "guided_choice", "guided_grammar", "json_schema", "grammar",
    ];

    private const int TextsMax = 1024;
    private const int CharactersMax = 1 << 18;

    private Field? _saidBy;

    /// <summary>What was asked for; null for any text.</summary>
    public AnswerForm? Form { get; private set; }

    /// <summary>Takes the field when it is one of <see cref="Names"/>.</summary>
    public bool TryRead(Field field)
    {
        switch (field.Name)
        {
            case "response_format": ReadResponseFormat(field); break;
            case "structured_outputs": ReadStructured(field); break;
            case "json_schema": Say(field, Schema(field)); break;
            case "grammar" when field.IsJson("\"\""): break;
            case "grammar": Say(field, Notation(field)); break;
            case "guided_json": Say(field, Schema(field)); break;
            case "guided_regex": Say(field, Pattern(field)); break;
            case "guided_choice": Say(field, OneOf(field)); break;
            case "guided_grammar": Say(field, Notation(field)); break;
            default: return false;
        }

        return true;
    }

    /// <summary>Takes the format of the Responses API, whose schema, name and strictness stand beside the type.</summary>
    public void ReadItemFormat(Field field)
    {
        string? type = null;
        AnswerForm? form = null;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "type": type = member.Text(); break;
                case "schema": form = Schema(member); break;
                case "name" or "description": member.Text(charsMax: 4096); break;
                case "strict": member.Flag(); break;
                default:
                    member.Refuse(
                    "is not a known field; a format has type, name, schema and strict.", ErrorCodes.UnknownParameter); break;
            }
        }

        if (type is "json_schema" && form is null) field.Refuse("has no \"schema\".", ErrorCodes.Missing);
        else if (type is "json_object" or "json_schema") Say(field, form ?? new AnswerForm.AnyObject(field.Path));
        else if (type is not (null or "text")) field.Refuse(
            $"has the type {QuotedText.Of(type)}; it must be text, json_object or json_schema.");
    }

    private void ReadResponseFormat(Field field)
    {
        string? type = null;
        Field? schema = null;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "type": type = member.Text(); break;
                case "json_schema" or "schema": schema = member; break;
                default:
                    field.Refuse(
                    $"has a member {QuotedText.Of(member.Name)}; it has type and json_schema.", ErrorCodes.UnknownParameter); break;
            }
        }

        switch (type)
        {
            case null or "text": break;
            case "json_object": Say(field, schema is { } plain ? Schema(plain) : new AnswerForm.AnyObject(field.Path)); break;
            case "json_schema" when schema is { } given: Say(field, Named(given)); break;
            case "json_schema": field.Refuse("has no \"json_schema\".", ErrorCodes.Missing); break;
            default: field.Refuse($"has the type {QuotedText.Of(type)}; it must be text, json_object or json_schema."); break;
        }
    }

    /// <summary>OpenAI's schema has a name and whether it is strict; it always is here.</summary>
    private static AnswerForm? Named(Field field)
    {
        AnswerForm? form = null;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "schema": form = Schema(member); break;
                case "name" or "description": member.Text(charsMax: 4096); break;
                case "strict": member.Flag(); break;
                default:
                    member.Refuse(
                    "is not a known field; it has name, description, schema and strict.", ErrorCodes.UnknownParameter); break;
            }
        }

        return form ?? new AnswerForm.AnyObject(field.Path);
    }

    private void ReadStructured(Field field)
    {
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "json": Say(member, Schema(member)); break;
                case "regex": Say(member, Pattern(member)); break;
                case "choice": Say(member, OneOf(member)); break;
                case "grammar": Say(member, Notation(member)); break;
                case "json_object" when member.Flag() is true: Say(member, new AnswerForm.AnyObject(member.Path)); break;
                case "json_object" or "disable_any_whitespace" or "disable_additional_properties" or "disable_fallback": break;
                default: member.Refuse("is not a known field; it has json, regex, choice, grammar and json_object."); break;
            }
        }
    }

    private void Say(Field field, AnswerForm? form)
    {
        if (form is null || field.IsNull) return;
        if (_saidBy is { } other) field.Refuse($"says what the answer must be, and so does '{other.Path}'; give one of them.");
        (_saidBy, Form) = (field, form);
    }

    /// <summary>vLLM also takes a schema as text.</summary>
    private static AnswerForm.Schema? Schema(Field field)
    {
        if (field.IsNull) return null;
        if (!field.IsText) return new AnswerForm.Schema(field.Path, field.Copy());
        var parsed = StrictJson.Parse(System.Text.Encoding.UTF8.GetBytes(field.Text(CharactersMax) ?? "null"));
        if (!parsed.IsValid)
        {
            field.Refuse($"is not a JSON schema: {parsed.Errors[0].Message}");
            return null;
        }

        using var document = parsed.Value;
        return new AnswerForm.Schema(field.Path, document.RootElement.Clone());
    }

    private static AnswerForm.Pattern? Pattern(Field field) =>
        field.Text(CharactersMax) is { } pattern ? new AnswerForm.Pattern(field.Path, pattern) : null;

    private static AnswerForm.Notation? Notation(Field field) =>
        field.Text(CharactersMax) is { } gbnf ? new AnswerForm.Notation(field.Path, gbnf) : null;

    private static AnswerForm.OneOf? OneOf(Field field)
    {
        string[] texts = [.. (field.Items(TextsMax) ?? []).Select(item => item.Text(CharactersMax) ?? "")];
        if (field.IsNull) return null;
        if (texts.Length == 0 || texts.Contains("")) field.Refuse("must be an array of at least one text, none of them empty.");
        return new AnswerForm.OneOf(field.Path, texts);
    }
}
