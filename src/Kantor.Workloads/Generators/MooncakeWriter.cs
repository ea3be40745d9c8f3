using System.Buffers;
using System.Text.Json;
using Kantor.Workloads.Traces;

namespace Kantor.Workloads.Generators;

/// <summary>Writes traces in the Mooncake form that <see cref="TraceReader"/> reads; times are cut to whole milliseconds.</summary>
public static class MooncakeWriter
{
    /// <summary>One line per request, ended by LF.</summary>
    /// <exception cref="ArgumentException">A request has no block ids, or ids for other than 512 tokens.</exception>
    public static void Write(Stream stream, IEnumerable<TraceRequest> requests)
    {
        var line = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(line);
        foreach (var request in requests)
        {
            if (request.TokensPerBlockId != MooncakeFormat.TokensPerBlockId)
            {
                throw new ArgumentException("Mooncake's form needs block ids for 512 tokens each.", nameof(requests));
            }

            line.ResetWrittenCount();
            json.Reset();
            Write(json, request);
            json.Flush();
            stream.Write(line.WrittenSpan);
            stream.WriteByte((byte)'\n');
        }
    }

    private static void Write(Utf8JsonWriter json, in TraceRequest request)
    {
        json.WriteStartObject();
        json.WriteNumber("timestamp"u8, request.ArrivalUs / 1000);
        json.WriteNumber("input_length"u8, request.PromptTokens);
        json.WriteNumber("output_length"u8, request.OutputTokens);
        json.WriteStartArray("hash_ids"u8);
        foreach (var id in request.BlockIds) json.WriteNumberValue(id);
        json.WriteEndArray();
        if (request.Tenant is { } tenant) json.WriteString("tenant"u8, tenant);
        json.WriteEndObject();
    }
}
