using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Forms;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;

namespace Kantor.OpenAi.Items;

/// <summary>Reads the members of a body of <c>/v1/responses</c>. Nothing is stored, so what asks for storage is refused by name.</summary>
internal sealed class ResponseReader(RequestLimits limits, List<FieldError> errors)
{
    private const int NotesMax = 16;

    private static readonly string[] Accepted =
    [
        "model", "input", "instructions", "max_output_tokens", "temperature", "top_p", "stream", "tools", "tool_choice",
        "parallel_tool_calls", "text", "metadata", "user",
    ];

    private readonly ToolReader _tools = new(errors);
    private readonly FormReader _form = new();
    private readonly List<ChatMessage> _instructions = [];
    private IReadOnlyList<ChatMessage>? _input;
    private SamplingSpec _sampling = new();
    private ResponseEcho _echo = new();
    private string? _model;
    private int? _outputTokensMax;
    private bool _streams;
    private string? _user;

    public ResponseRequest Read(IEnumerable<Field> members)
    {
        foreach (var field in members)
        {
            if (!TryReadPrompt(field) && !TryReadTools(field) && !TryReadRest(field) && !AsksForNothing(field))
            {
                UnknownFields.Refuse(
                    field, Accepted);
            }
        }

        if (string.IsNullOrEmpty(_model)) Require("model", "It must name the model to use.");
        if (_input is null) Require("input", "It must be a text or an array of items.");
        var fields = new GenerationFields
        {
            Model = _model ?? "",
            Sampling = _sampling,
            OutputTokensMax = _outputTokensMax,
            Stream = _streams,
            // The format tells the figures in every stream.
            IncludeUsage = true,
            Form = _form.Form,
            Tools = _tools.Build(),
            User = _user,
        };
        return new ResponseRequest(fields, [.. _instructions, .. _input ?? []], _echo);
    }

    private bool TryReadPrompt(Field field)
    {
        switch (field.Name)
        {
            case "model": _model = field.Text(charsMax: 256); break;
            case "input": _input = ItemReader.Messages(field, limits); break;
            case "instructions": ReadInstructions(field); break;
            case "max_output_tokens": _outputTokensMax = field.Whole(1, int.MaxValue); break;
            case "stream": _streams = field.Flag() ?? false; break;
            case "user": _user = field.Text(charsMax: 512); break;
            default: return false;
        }

        return true;
    }

    private bool TryReadTools(Field field)
    {
        switch (field.Name)
        {
            case "tools": _echo = _echo with { Tools = field.IsNull ? null : field.Copy() }; break;
            case "tool_choice": _echo = _echo with { ToolChoice = field.IsNull ? null : field.Copy() }; break;
            case "parallel_tool_calls": _echo = _echo with { IsParallel = field.Flag() ?? true }; break;
            default: return false;
        }

        return _tools.TryRead(field);
    }

    private bool TryReadRest(Field field)
    {
        switch (field.Name)
        {
            case "temperature": _sampling = _sampling with { Temperature = field.Number(0, 2) ?? 1 }; break;
            case "top_p": _sampling = _sampling with { TopP = field.Number(1e-6, 1) ?? 1 }; break;
            case "text": ReadText(field); break;
            case "metadata": ReadMetadata(field); break;
            default: return false;
        }

        return true;
    }

    /// <summary>Values that change nothing here; nothing is stored, and a prompt that is too long is refused, never cut.</summary>
    private static bool AsksForNothing(Field field) => field.IsNull || field.Name switch
    {
        "store" or "background" => field.IsFalse(),
        "truncation" => field.IsJson("\"disabled\""),
        "include" => field.IsArray && field.Count == 0,
        "service_tier" => field.IsJson("\"auto\"") || field.IsJson("\"default\""),
        _ => false,
    };

    private void ReadInstructions(Field field)
    {
        if (field.Text() is not { Length: > 0 } text) return;
        _instructions.Add(new ChatMessage("system", text));
        _echo = _echo with { Instructions = text };
    }

    private void ReadText(Field field)
    {
        if (field.IsNull) return;
        _echo = _echo with { Text = field.Copy() };
        foreach (var member in field.Members() ?? [])
        {
            if (member.Name == "format") _form.ReadItemFormat(member);
            else if (!(member.Name == "verbosity" && (member.IsNull || member.IsJson("\"medium\"")))) UnknownFields.Refuse(
                member, ["format"]);
        }
    }

    private void ReadMetadata(Field field)
    {
        var count = 0;
        foreach (var member in field.Members() ?? [])
        {
            member.Text(charsMax: 512);
            if (++count > NotesMax) field.Refuse($"has more than {NotesMax} entries.");
        }

        _echo = _echo with { Metadata = field.IsNull ? null : field.Copy() };
    }

    private void Require(string name, string hint) => errors.Add(new(name, $"'{name}' is missing. {hint}", ErrorCodes.Missing));
}
