using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kantor.Hardware.Profiles;

/// <summary>Reads and writes <see cref="GpuProfile"/>s as JSON.</summary>
public static class GpuProfileJson
{
    /// <summary>Largest profile that is read, in bytes.</summary>
    public const int BytesMax = 16 << 20;

    /// <summary>The profile as text.</summary>
    public static string Write(GpuProfile profile) => JsonSerializer.Serialize(profile, GpuProfileJsonContext.Default.GpuProfile);

    /// <summary>The profile in a stream.</summary>
    /// <exception cref="FormatException">It is no profile; the message says where it is wrong.</exception>
    public static GpuProfile Read(Stream stream)
    {
        try
        {
            return JsonSerializer.Deserialize(stream, GpuProfileJsonContext.Default.GpuProfile)
                ?? throw new FormatException("The profile is empty.");
        }
        catch (JsonException exception)
        {
            throw new FormatException(
                $"Not a GPU profile: line {exception.LineNumber + 1}, {exception.Path}: {exception.Message}", exception);
        }
    }

    /// <summary>The profile in a file.</summary>
    /// <exception cref="FormatException">It is no profile, or larger than <see cref="BytesMax"/>.</exception>
    public static GpuProfile ReadFile(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > BytesMax) throw new FormatException($"{path} has {stream.Length} bytes; a profile has at most {BytesMax}.");
        return Read(stream);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    WriteIndented = false,
    Converters = [typeof(NumberFormatConverter)])]
[JsonSerializable(typeof(GpuProfile))]
internal sealed partial class GpuProfileJsonContext : JsonSerializerContext;

internal sealed class NumberFormatConverter : JsonConverter<NumberFormat>
{
    public override NumberFormat Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return NumberFormats.Parse(reader.GetString() ?? "");
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, NumberFormat value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name());
}
