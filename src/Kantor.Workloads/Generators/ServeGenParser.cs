using System.Globalization;
using System.Text;
using System.Text.Json;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>Reads the members of a ServeGen archive.</summary>
internal static class ServeGenParser
{
    private const string Columns = "window_start_s,rate_req_per_s,cv,pattern,p1,p2";
    private const double RateMax = 1e6;
    private static readonly string[] InputParts = ["input_tokens", "text_tokens", "image_tokens", "audio_tokens", "video_tokens"];
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The rows of a trace.csv.</summary>
    public static List<ServeGenWindow> Windows(Stream data, string where)
    {
        using var reader = new StreamReader(data, Encoding.UTF8);
        var windows = new List<ServeGenWindow>();
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0) continue;
            try
            {
                var window = Window(text.Split(','));
                if (windows.Count > 0 && window.StartS < windows[^1].StartS + ServeGenModel.WindowS)
                {
                    throw new TraceFieldException($"window_start_s must be at least {ServeGenModel.WindowS} after that of the line above");
                }

                windows.Add(window);
            }
            catch (TraceFieldException fault)
            {
                throw new TraceException($"{where}, line {line}: {fault.Message}.");
            }
        }

        if (windows.Count == 0) throw new TraceException($"{where}: holds no window; a line is {Columns}.");
        return windows;
    }

    /// <summary>The windows of a dataset.json that have lengths.</summary>
    public static List<ServeGenLengths> Lengths(Stream data, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(data, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new TraceFieldException("must be a JSON object of windows by their start in s");
            }

            return [.. document.RootElement.EnumerateObject().Select(LengthsOf).OfType<ServeGenLengths>()
                .OrderBy(lengths => lengths.StartS)];
        }
        catch (JsonException exception)
        {
            throw new TraceException($"{where}, line {exception.LineNumber + 1}: is not JSON without repeated fields.", exception);
        }
        catch (TraceFieldException fault)
        {
            throw new TraceException($"{where}: {fault.Message}.");
        }
    }

    private static ServeGenWindow Window(string[] fields)
    {
        if (fields.Length != 6) throw new TraceFieldException($"the line has {fields.Length} columns; it needs 6: {Columns}");
        var startS = (long)Number(fields[0], "window_start_s", 0, TraceReadOptions.TimestampMsMax / 1000.0);
        var rate = Number(fields[1], "rate_req_per_s", 0, RateMax);
        var law = fields[3] switch
        {
            "" => ServeGenLaw.Poisson,
            "Gamma" => ServeGenLaw.Gamma,
            "Weibull" => ServeGenLaw.Weibull,
            _ => throw new TraceFieldException("pattern must be Gamma, Weibull or empty"),
        };
        if (law == ServeGenLaw.Poisson) return new ServeGenWindow(startS, rate, law, 1);
        Number(fields[5], "p2", 0, 1e9);
        return new ServeGenWindow(startS, rate, law, Number(fields[4], "p1", 1e-3, 1e9));
    }

    private static double Number(string text, string name, double min, double max)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        throw new TraceFieldException(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {min} to {max}"));
    }

    private static ServeGenLengths? LengthsOf(JsonProperty window)
    {
        if (!long.TryParse(window.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var startS))
        {
            throw new TraceFieldException($"the key '{window.Name}' must be the start of a window in whole s");
        }

        if (window.Value.ValueKind != JsonValueKind.Object) throw new TraceFieldException($"window {startS} must be an object");
        var inputs = InputParts.Select(part => Law(window.Value, part, startS)).OfType<EmpiricalLength>().ToArray();
        var output = Law(window.Value, "output_tokens", startS);
        if (inputs.Length == 0 && output is null) return null;
        if (inputs.Length == 0 || output is null)
        {
            throw new TraceFieldException(
                $"window {startS} has lengths of one side only; it needs output_tokens and one of {string.Join(", ", InputParts)}");
        }

        return new ServeGenLengths(startS, inputs, output);
    }

    /// <summary>A law from a text such as <c>{39: 0.25, 40: 0.75}</c>; null where it is missing, empty, or always 0.</summary>
    private static EmpiricalLength? Law(JsonElement window, string name, long startS)
    {
        if (!window.TryGetProperty(name, out var value)) return null;
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : "";
        if (!text.StartsWith('{') || !text.EndsWith('}')) throw Malformed();
        var weights = text[1..^1].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Weight)
            .ToArray();
        return weights.Any(weight => weight is { Key: > 0, Value: > 0 }) ? new EmpiricalLength(weights, tokensMin: 0) : null;

        KeyValuePair<int, double> Weight(string entry)
        {
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0
                && int.TryParse(entry.AsSpan(0, colon), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var length)
                && length <= TraceReadOptions.TokensMax
                && double.TryParse(entry.AsSpan(colon + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                && weight is >= 0 and <= 1e12) return KeyValuePair.Create(length, weight);
            throw Malformed();
        }

        TraceFieldException Malformed() =>
            new($"{name} of window {startS} must be a text such as \"{{39: 0.25, 40: 0.75}}\": lengths from 0 to "
                + $"{TraceReadOptions.TokensMax} and their weights");
    }
}
