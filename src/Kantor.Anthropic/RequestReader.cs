using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Json;
using Kantor.OpenAi.Requests;
using Kantor.OpenAi.Tools;

namespace Kantor.Anthropic;

/// <summary>Reads the members of a body.</summary>
internal sealed class RequestReader(RequestLimits limits, List<FieldError> errors)
{
    private static readonly string[] Accepted =
    [
        "model", "messages", "system", "max_tokens", "stop_sequences", "stream", "temperature", "top_p", "top_k", "tools", "tool_choice",
        "metadata", "service_tier", "thinking",
    ];

    private readonly ToolsReader _tools = new();
    private readonly List<ChatMessage> _system = [];
    private IReadOnlyList<ChatMessage>? _messages;
    private SamplingSpec _sampling = new();
    private string? _model;
    private int? _outputTokensMax;
    private IReadOnlyList<string> _stops = [];
    private bool _streams;
    private string? _user;

    public MessageRequest Read(IEnumerable<Field> members, bool isCounted)
    {
        foreach (var field in members)
        {
            if (!TryReadText(field) && !TryReadSampling(field)) Refuse(field);
        }

        if (string.IsNullOrEmpty(_model)) Require("model", "It must name the model to use.");
        if (_messages is null) Require("messages", "It must be an array of at least one message.");
        if (!isCounted && _outputTokensMax is null) Require("max_tokens", "It must be the most tokens that the answer may have.");
        return new MessageRequest(Fields(), [.. _system, .. _messages ?? []]);
    }

    private GenerationFields Fields() => new()
    {
        Model = _model ?? "",
        Sampling = _sampling,
        OutputTokensMax = _outputTokensMax,
        Stop = _stops,
        Stream = _streams,
        // The format tells the figures in every stream.
        IncludeUsage = true,
        Tools = _tools.Build(),
        User = _user,
    };

    private bool TryReadText(Field field)
    {
        switch (field.Name)
        {
            case "model": _model = field.Text(charsMax: 256); break;
            case "messages": _messages = ConversationReader.Messages(field, limits); break;
            case "system": ReadSystem(field); break;
            case "tools" or "tool_choice": _tools.Read(field); break;
            case "metadata": ReadMetadata(field); break;
            default: return false;
        }

        return true;
    }

    private bool TryReadSampling(Field field)
    {
        switch (field.Name)
        {
            case "max_tokens": _outputTokensMax = field.Whole(1, int.MaxValue); break;
            case "stop_sequences": _stops = [.. (field.Items(limits.StopsMax) ?? []).Select(Stop)]; break;
            case "stream": _streams = field.Flag() ?? false; break;
            case "temperature": _sampling = _sampling with { Temperature = Temperature(field) }; break;
            case "top_p": _sampling = _sampling with { TopP = field.Number(1e-6, 1) ?? 1 }; break;
            case "top_k": _sampling = _sampling with { TopK = field.Whole(0, int.MaxValue) is { } count and > 0 ? count : null }; break;
            default: return false;
        }

        return true;
    }

    private static void Refuse(Field field)
    {
        var isNothing = field.Name switch
        {
            "service_tier" => field.IsNull || field.IsJson("\"auto\"") || field.IsJson("\"standard_only\""),
            "thinking" => field.IsNull || field.IsJson("{\"type\":\"disabled\"}"),
            _ => false,
        };
        if (!isNothing) UnknownFields.Refuse(field, Accepted);
    }

    private void ReadSystem(Field field)
    {
        if (field.IsNull) return;
        var text = Blocks.Text(field, limits);
        if (text.Length > 0) _system.Add(new ChatMessage("system", text));
    }

    private void ReadMetadata(Field field)
    {
        foreach (var member in field.Members() ?? [])
        {
            if (member.Name == "user_id") _user = member.Text(charsMax: 512);
            else member.Refuse("is not a known field; metadata has user_id.", ErrorCodes.UnknownParameter);
        }
    }

    private static double Temperature(Field field)
    {
        var value = field.Number(0, 1) ?? 1;
        if (value is > 0 and < 1e-6) field.Refuse("is too close to 0; it must be 0 (always the most likely token), or from 0.000001 to 1.");
        return value;
    }

    private string Stop(Field field)
    {
        if (field.IsNull) field.RefuseNull();
        var text = field.Text(limits.StopCharsMax);
        if (text is "") field.Refuse("is empty; a stop sequence has at least one character.");
        return text ?? "";
    }

    private void Require(string name, string hint) => errors.Add(new(name, $"'{name}' is missing. {hint}", ErrorCodes.Missing));
}
