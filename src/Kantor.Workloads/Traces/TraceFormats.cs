using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>The formats that are known, told apart by the first line of a file.</summary>
internal static class TraceFormats
{
    /// <summary>What a file of no known format is answered with.</summary>
    public const string Known =
        "it starts with a JSON object per line (Mooncake, Bailian, Dynamo, kv-cache-tester) or one of the headers "
        + AzureFormat.Header + " (Azure), Timestamp,…,Request tokens,Response tokens,… (BurstGPT), "
        + "…arrival_timestamp,…,prompt_size,token_size (splitwise-sim), "
        + "num_prefill_tokens,num_decode_tokens,… (lengths)";

    private const int TarMagicOffset = 257;

    /// <summary>The format that starts with this line; null when none does.</summary>
    public static TraceFormat? Detect(ReadOnlySpan<byte> firstLine, TraceReadOptions options)
    {
        var start = firstLine.TrimStart(" \t"u8);
        if (start.StartsWith("{"u8)) return DetectJson(start, options);
        return AzureFormat.IsHeader(start) ? new AzureFormat() : CsvFormat.Detect(start);
    }

    /// <summary>Whether the bytes are the head of a tar archive, as ServeGen's client models come.</summary>
    public static bool IsTar(ReadOnlySpan<byte> head) => head.Length > TarMagicOffset + 5 && head[TarMagicOffset..].StartsWith("ustar"u8);

    /// <summary>
    /// By the first telling field; a line that is not JSON is left to Mooncake's reader, which says what is wrong with it.
    /// </summary>
    private static TraceFormat DetectJson(ReadOnlySpan<byte> line, TraceReadOptions options)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("schema"u8) || reader.ValueTextEquals("event"u8) || reader.ValueTextEquals("event_type"u8))
                {
                    return new DynamoFormat();
                }

                if (reader.ValueTextEquals("chat_id"u8)) return new BailianFormat();
                if (reader.ValueTextEquals("requests"u8) || reader.ValueTextEquals("hash_id_scope"u8))
                {
                    return new KvCacheTesterFormat(options);
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            return new MooncakeFormat();
        }

        return new MooncakeFormat();
    }
}
