using System.Globalization;
using Kantor.Core.Requests;
using Kantor.OpenAi.Errors;
using Kantor.OpenAi.Forms;
using Kantor.OpenAi.Json;

namespace Kantor.OpenAi.Requests;

/// <summary>Gathers the fields that chat and plain completions share.</summary>
internal sealed class GenerationReader(RequestLimits limits, List<FieldError> errors)
{
    public static readonly string[] Names =
    [
        "model", "temperature", "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty", "seed",
        "logit_bias",
        "max_tokens", "max_completion_tokens", "min_tokens", "ignore_eos", "n", "stop", "stream", "stream_options", "priority", "user",
        .. FormReader.Names,
    ];

    private const double Smallest = 1e-6;

    private readonly FormReader _form = new();
    private SamplingSpec _sampling = new();
    private string? _model;
    private int? _maxTokens;
    private int? _maxCompletionTokens;
    private int? _choices;
    private IReadOnlyList<string> _stop = [];
    private bool _stream;
    private Field? _streamOptions;
    private bool _includeUsage;
    private bool _continuousUsage;
    private int? _minTokens;
    private bool _ignoresEnd;
    private int? _priority;
    private string? _user;

    /// <summary>Takes the field when it is one of <see cref="Names"/>.</summary>
    public bool TryRead(Field field)
    {
        switch (field.Name)
        {
            case "model": _model = field.Text(charsMax: 256); break;
            case "max_tokens": _maxTokens = field.Whole(1, int.MaxValue); break;
            case "max_completion_tokens": _maxCompletionTokens = field.Whole(1, int.MaxValue); break;
            case "min_tokens": _minTokens = field.Whole(0, int.MaxValue); break;
            case "ignore_eos": _ignoresEnd = field.Flag() ?? false; break;
            case "n": _choices = field.Whole(1, limits.ChoicesMax); break;
            case "stop": _stop = Stops(field); break;
            case "stream": _stream = field.Flag() ?? false; break;
            case "stream_options": ReadStreamOptions(field); break;
            case "priority": _priority = field.Whole(-1_000_000, 1_000_000); break;
            case "user": _user = field.Text(charsMax: 512); break;
            default: return TryReadSampling(field) || _form.TryRead(field);
        }

        return true;
    }

    /// <summary>The fields; complete only when no errors were left.</summary>
    public GenerationFields Build(int prompts, int? topLogprobs, int? outputTokensDefault)
    {
        if (string.IsNullOrEmpty(_model)) Require("model", "It must name the model to use.");
        if (_streamOptions is { } options && !_stream) options.Refuse("is only allowed with \"stream\": true.");
        if (_maxTokens is { } older && _maxCompletionTokens is { } newer && older != newer)
            errors.Add(new("max_tokens", $"'max_tokens' is {older} and 'max_completion_tokens' is {newer}; give one of them, or the same "
                + "value.", ErrorCodes.InvalidValue));

        var fields = new GenerationFields
        {
            Model = _model ?? "",
            Sampling = _sampling,
            OutputTokensMax = _maxCompletionTokens ?? _maxTokens ?? outputTokensDefault,
            Choices = _choices ?? 1,
            Stop = _stop,
            TopLogprobs = topLogprobs,
            Stream = _stream,
            IncludeUsage = _includeUsage,
            ContinuousUsage = _continuousUsage,
            Priority = _priority,
            OutputTokensMin = _minTokens ?? 0,
            IgnoresEnd = _ignoresEnd,
            User = _user,
            Form = _form.Form,
        };
        if (_continuousUsage && !_includeUsage)
        {
            _streamOptions?.Refuse("asks for continuous_usage_stats, which needs \"include_usage\": true.");
        }

        CheckMinTokens(fields);
        if (RequestCost.Fault(prompts, fields.Choices, fields.OutputTokensMax ?? 1, topLogprobs, limits.CostTokensMax) is { } fault)
        {
            errors.Add(fault);
        }

        return fields;
    }

    private void CheckMinTokens(GenerationFields fields)
    {
        if (fields.OutputTokensMax is not { } most || fields.OutputTokensMin <= most) return;
        errors.Add(new(
            "min_tokens", $"'min_tokens' is {fields.OutputTokensMin}, more than the {most} tokens that an answer may have.",
            ErrorCodes.InvalidValue));
    }

    /// <summary>Reports an absent field.</summary>
    public void Require(string name, string hint) => errors.Add(new(name, $"'{name}' is missing. {hint}", ErrorCodes.Missing));

    private bool TryReadSampling(Field field)
    {
        switch (field.Name)
        {
            case "temperature": _sampling = _sampling with { Temperature = Temperature(field) ?? 1 }; break;
            case "top_p": _sampling = _sampling with { TopP = field.Number(Smallest, 1) ?? 1 }; break;
            case "top_k": _sampling = _sampling with { TopK = TopK(field) }; break;
            case "min_p": _sampling = _sampling with { MinP = field.Number(0, 1) ?? 0 }; break;
            case "presence_penalty": _sampling = _sampling with { PresencePenalty = field.Number(-2, 2) ?? 0 }; break;
            case "frequency_penalty": _sampling = _sampling with { FrequencyPenalty = field.Number(-2, 2) ?? 0 }; break;
            case "repetition_penalty": _sampling = _sampling with { RepetitionPenalty = field.Number(Smallest, 100) ?? 1 }; break;
            case "seed": _sampling = _sampling with { Seed = field.Long() }; break;
            case "logit_bias": _sampling = _sampling with { LogitBias = Bias(field) }; break;
            default: return false;
        }

        return true;
    }

    /// <summary>vLLM writes −1 and SGLang 0 or −1 for "all tokens".</summary>
    private static int? TopK(Field field) => field.Whole(-1, int.MaxValue) is { } count and > 0 ? count : null;

    /// <summary>Between 0 and the smallest value the quotient of two logits no longer fits a float, so the range has a gap there.</summary>
    private static double? Temperature(Field field)
    {
        var value = field.Number(0, 2);
        if (value is null or 0 or >= Smallest) return value;
        field.Refuse("is too close to 0; it must be 0 (always the most likely token), or from 0.000001 to 2.");
        return null;
    }

    private IReadOnlyList<string> Stops(Field field)
    {
        if (field.IsText) return [Stop(field)];
        if (!field.IsNull && !field.IsArray)
        {
            field.RefuseType("a string or an array of strings");
            return [];
        }

        return [.. (field.Items(limits.StopsMax) ?? []).Select(Stop)];
    }

    private string Stop(Field field)
    {
        if (field.IsNull) field.RefuseNull();
        var text = field.Text(limits.StopCharsMax);
        if (text is "") field.Refuse("is empty; a stop string has at least one character.");
        return text ?? "";
    }

    private void ReadStreamOptions(Field field)
    {
        if (field.IsNull) return;
        _streamOptions = field;
        foreach (var member in field.Members() ?? [])
        {
            switch (member.Name)
            {
                case "include_usage": _includeUsage = member.Flag() ?? false; break;
                case "continuous_usage_stats": _continuousUsage = member.Flag() ?? false; break;
                case "include_obfuscation" when member.IsNull || member.IsFalse(): break;
                default: UnknownFields.Refuse(member, ["include_usage", "continuous_usage_stats"]); break;
            }
        }
    }

    private Dictionary<int, double> Bias(Field field)
    {
        var bias = new Dictionary<int, double>();
        foreach (var member in field.Members() ?? [])
        {
            if (bias.Count == limits.BiasMax)
            {
                field.Refuse($"has more than {limits.BiasMax} entries.");
                break;
            }

            if (member.IsNull) member.RefuseNull();
            var value = member.Number(-100, 100);
            if (TryTokenId(member.Name, out var token)) bias[token] = value ?? 0;
            else member.Refuse("does not name a token: the key must be a token id in decimal digits.");
        }

        return bias;
    }

    /// <summary>Digits only, no leading zero, so that one token has one spelling.</summary>
    private static bool TryTokenId(string key, out int token) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out token) && (key.Length == 1 || key[0] != '0');
}
