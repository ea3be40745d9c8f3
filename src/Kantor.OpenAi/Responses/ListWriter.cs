using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Kantor.OpenAi.Responses;

/// <summary>A model as <c>/v1/models</c> shows it.</summary>
/// <param name="Id">Name.</param>
/// <param name="CreatedUnixSeconds">When it was loaded.</param>
/// <param name="ContextTokensMax">
/// Longest sequence, <c>max_model_len</c> on the wire as in vLLM; null, and left out, where it is not known.
/// </param>
public sealed record ModelEntry(string Id, long CreatedUnixSeconds, int? ContextTokensMax);

/// <summary>Writes the answers that are lists: models and embeddings.</summary>
public static class ListWriter
{
    /// <summary>Answer of <c>/v1/models</c>.</summary>
    public static void WriteModels(IBufferWriter<byte> to, IReadOnlyList<ModelEntry> models)
    {
        using var json = new Utf8JsonWriter(to);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        foreach (var model in models) Write(json, model);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Answer of <c>/v1/models/{id}</c>.</summary>
    public static void WriteModel(IBufferWriter<byte> to, ModelEntry model)
    {
        using var json = new Utf8JsonWriter(to);
        Write(json, model);
    }

    /// <summary>Answer of <c>/v1/embeddings</c>.</summary>
    /// <param name="to">Where to write.</param>
    /// <param name="model">Model that answers.</param>
    /// <param name="vectors">One vector per input; every number is finite.</param>
    /// <param name="asBase64">Base64 of little-endian 32-bit floats instead of numbers.</param>
    /// <param name="promptTokens">Tokens of all inputs.</param>
    public static void WriteEmbeddings(
        IBufferWriter<byte> to, string model, IReadOnlyList<float[]> vectors, bool asBase64, int promptTokens)
    {
        using var json = new Utf8JsonWriter(to);
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (var i = 0; i < vectors.Count; i++) WriteVector(json, i, vectors[i], asBase64);
        json.WriteEndArray();
        json.WriteString("model", model);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", promptTokens);
        json.WriteNumber("total_tokens", promptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, int index, float[] vector, bool asBase64)
    {
        json.WriteStartObject();
        json.WriteString("object", "embedding");
        json.WriteNumber("index", index);
        if (asBase64)
        {
            json.WriteBase64String("embedding", LittleEndian(vector));
        }
        else
        {
            json.WriteStartArray("embedding");
            foreach (var value in vector) json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> LittleEndian(float[] vector)
    {
        if (BitConverter.IsLittleEndian) return MemoryMarshal.AsBytes<float>(vector);
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return bytes;
    }

    private static void Write(Utf8JsonWriter json, ModelEntry model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Id);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.CreatedUnixSeconds);
        json.WriteString("owned_by", "kantor");
        if (model.ContextTokensMax is { } most) json.WriteNumber("max_model_len", most);
        json.WriteEndObject();
    }
}
