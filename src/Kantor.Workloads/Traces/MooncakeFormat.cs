using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Mooncake's JSON lines (Qin et al., FAST 2025): <c>timestamp</c> in ms, <c>input_length</c> and <c>output_length</c> in tokens,
/// <c>hash_ids</c> one per 512 prompt tokens, where an equal id means an equal block after an equal prefix. Kantor's own addition is an
/// optional <c>tenant</c>. Other fields are not read.
/// </summary>
internal sealed class MooncakeFormat : RequestPerLineFormat
{
    public const int TokensPerBlockId = 512;

    private readonly List<int> _ids = [];

    // One text per tenant, not per request.
    private readonly HashSet<string> _tenants = [];

    public override string Name => "Mooncake JSONL";

    public override bool TryParse(ReadOnlySpan<byte> line, out TraceRequest request, out string fault)
    {
        request = default;
        try
        {
            return TryParseObject(line, out request, out fault);
        }
        catch (JsonException exception)
        {
            fault = $"the line is not one JSON object (byte {exception.BytePositionInLine + 1}); write "
                + $"{{\"timestamp\":0,\"input_length\":600,\"output_length\":20,\"hash_ids\":[0,1]}}";
            return false;
        }
    }

    private bool TryParseObject(ReadOnlySpan<byte> line, out TraceRequest request, out string fault)
    {
        request = default;
        var row = default(Row);
        var reader = new Utf8JsonReader(line);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException(null, null, null, reader.TokenStartIndex);
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!TryReadField(ref reader, ref row, out fault)) return false;
        }

        while (reader.Read())
        {
            // The reader itself refuses anything after the object.
        }

        return TryComplete(row, out request, out fault);
    }

    private bool TryReadField(ref Utf8JsonReader reader, ref Row row, out string fault)
    {
        if (reader.ValueTextEquals("timestamp"u8))
        {
            return TryReadInteger(ref reader, "timestamp", 0, TraceReadOptions.TimestampMsMax, ref row.TimestampMs, out fault);
        }

        if (reader.ValueTextEquals("input_length"u8))
        {
            return TryReadInteger(ref reader, "input_length", 1, TraceReadOptions.TokensMax, ref row.InputLength, out fault);
        }

        if (reader.ValueTextEquals("output_length"u8))
        {
            return TryReadInteger(ref reader, "output_length", 1, TraceReadOptions.TokensMax, ref row.OutputLength, out fault);
        }

        if (reader.ValueTextEquals("hash_ids"u8)) return TryReadIds(ref reader, ref row, out fault);
        if (reader.ValueTextEquals("tenant"u8)) return TryReadTenant(ref reader, ref row, out fault);
        reader.Read();
        reader.Skip();
        fault = "";
        return true;
    }

    private bool TryReadTenant(ref Utf8JsonReader reader, ref Row row, out string fault)
    {
        const int lengthMax = 200;
        reader.Read();
        fault = reader.TokenType == JsonTokenType.String && TextOf(reader) is { Length: > 0 and <= lengthMax } name
            ? TenantOf(ref row, name)
            : $"tenant must be a text of 1 to {lengthMax} characters";
        return fault.Length == 0;
    }

    /// <summary>Null where the bytes or escapes are no text.</summary>
    private static string? TextOf(in Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private string TenantOf(ref Row row, string name)
    {
        if (row.Tenant is not null) return "tenant is given twice";
        row.Tenant = _tenants.TryGetValue(name, out var known) ? known : name;
        _tenants.Add(row.Tenant);
        return "";
    }

    private static bool TryReadInteger(ref Utf8JsonReader reader, string field, long min, long max, ref long? value, out string fault)
    {
        reader.Read();
        fault = "";
        if (value is not null) fault = $"{field} is given twice";
        else if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= min && number <= max)
        {
            value = number;
        }
        else fault = $"{field} must be a whole number from {min} to {max}";
        return fault.Length == 0;
    }

    private bool TryReadIds(ref Utf8JsonReader reader, ref Row row, out string fault)
    {
        const string Right = "hash_ids must be an array of whole numbers from 0 to 2147483647, one per 512 prompt tokens";
        _ids.Clear();
        fault = row.HasIds ? "hash_ids is given twice" : "";
        row.HasIds = true;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) fault = Right;
        while (fault.Length == 0 && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var id) && id >= 0) _ids.Add(id);
            else fault = Right;
        }

        return fault.Length == 0;
    }

    private bool TryComplete(in Row row, out TraceRequest request, out string fault)
    {
        request = default;
        fault = "";
        if (row.TimestampMs is not { } timestampMs) fault = "timestamp is missing; it is the arrival in ms since the start";
        else if (row.InputLength is not { } input) fault = "input_length is missing; it is the prompt length in tokens";
        else if (row.OutputLength is not { } output) fault = "output_length is missing; it is the output length in tokens";
        else if (!row.HasIds) fault = "hash_ids is missing; it has one id per 512 prompt tokens";
        else if (_ids.Count != ((input - 1) / TokensPerBlockId) + 1)
        {
            fault = $"hash_ids has {_ids.Count} ids; {input} prompt tokens need {((input - 1) / TokensPerBlockId) + 1} (one per 512)";
        }
        else request = new TraceRequest(timestampMs * 1000, (int)input, (int)output, [.. _ids], TokensPerBlockId) { Tenant = row.Tenant };
        return fault.Length == 0;
    }

    private struct Row
    {
        public long? TimestampMs;
        public long? InputLength;
        public long? OutputLength;
        public bool HasIds;
        public string? Tenant;
    }
}
