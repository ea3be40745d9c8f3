using System.Globalization;
using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Reads fields of JSON rows strictly: what is missing, of another kind or out of range is a <see cref="TraceFieldException"/>.
/// </summary>
internal static class JsonFields
{
    private const int TextCharactersMax = 256;

    /// <summary>The field; undefined where it is missing or null.</summary>
    public static JsonElement Field(this JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;

    public static JsonElement Object(this JsonElement row, string name)
    {
        var value = row.Field(name);
        return value.ValueKind == JsonValueKind.Object ? value : throw new TraceFieldException($"{name} must be an object");
    }

    public static JsonElement Array(this JsonElement row, string name)
    {
        var value = row.Field(name);
        return value.ValueKind == JsonValueKind.Array ? value : throw new TraceFieldException($"{name} must be an array");
    }

    public static long Whole(this JsonElement row, string name, long min, long max)
    {
        var value = row.Field(name);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= min && number <= max) return number;
        throw new TraceFieldException($"{name} must be a whole number from {min} to {max}");
    }

    public static int Tokens(this JsonElement row, string name) => (int)row.Whole(name, 1, TraceReadOptions.TokensMax);

    /// <summary>A time in the given unit as whole microseconds.</summary>
    public static long TimeUs(this JsonElement row, string name, double unitUs, double maxUs = TraceReadOptions.TimestampMsMax * 1000.0)
    {
        var value = row.Field(name);
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= 0 && number * unitUs <= maxUs)
        {
            return (long)Math.Round(number * unitUs);
        }

        throw new TraceFieldException(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from 0 to {maxUs / unitUs:0}"));
    }

    public static long? TimeUsOrNull(
        this JsonElement row, string name, double unitUs, double maxUs = TraceReadOptions.TimestampMsMax * 1000.0) =>
        row.Field(name).ValueKind == JsonValueKind.Undefined ? null : row.TimeUs(name, unitUs, maxUs);

    public static string Text(this JsonElement row, string name)
    {
        var value = row.Field(name);
        if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= TextCharactersMax } text) return text;
        throw new TraceFieldException($"{name} must be a text of 1 to {TextCharactersMax} characters");
    }

    public static string? TextOrNull(this JsonElement row, string name) =>
        row.Field(name).ValueKind == JsonValueKind.Undefined ? null : row.Text(name);
}
