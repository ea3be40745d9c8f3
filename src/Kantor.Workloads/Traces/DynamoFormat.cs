using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>
/// Dynamo's request trace (schema <c>dynamo.request.trace.v1</c>), bare or in the envelope <c>{"timestamp", "event"}</c> that its recorder
/// writes. Requests come from <c>request_end</c> events, which stand in order of their ends; other events are passed over.
/// </summary>
/// <remarks>
/// The arrival is <c>request_received_ms</c>. The time from the end of a session's turn to its next request becomes the think time, when
/// the session asks one thing at a time. Measured latencies are not kept. Memory grows with sessions and different blocks.
/// </remarks>
internal sealed class DynamoFormat : JsonObjectFormat
{
    private const string Schema = "dynamo.request.trace.v1";
    private const double MsUs = 1000;

    // Times are since 1970: they need more room than times since a start.
    private const double UnixUsMax = 1e16;

    private static readonly string[] OtherEvents = ["request_payload", "tool", "tool_start", "tool_end", "tool_error"];

    private readonly BlockIdMap _blocks = new();
    private readonly Dictionary<string, (int Turns, long? EndUs)> _sessions = [];

    public override string Name => "Dynamo request trace v1";

    public override bool IsOrdered => false;

    protected override string Example =>
        """{"schema":"dynamo.request.trace.v1","event_type":"request_end","request":{"request_received_ms":1779163048815,"output_tokens":3,"replay":{"trace_block_size":16,"input_length":15,"input_sequence_hashes":[7]}}}""";

    protected override void Read(JsonElement row, List<TraceRequest> requests)
    {
        var record = row.Field("event").ValueKind == JsonValueKind.Undefined ? row : row.Object("event");
        if (record.Text("schema") != Schema) throw new TraceFieldException($"schema must be {Schema}");
        var kind = record.Text("event_type");
        if (OtherEvents.Contains(kind)) return;
        if (kind != "request_end") throw new TraceFieldException($"event_type must be request_end, {string.Join(", ", OtherEvents)}");
        var request = ReadRequest(record.Object("request"));
        requests.Add(request with { Turn = ReadTurn(record, request.ArrivalUs) });
    }

    private TraceRequest ReadRequest(JsonElement request)
    {
        var receivedUs = request.TimeUs("request_received_ms", MsUs, UnixUsMax);
        var output = request.Tokens("output_tokens");
        if (request.Field("replay").ValueKind == JsonValueKind.Undefined)
        {
            return new TraceRequest(receivedUs, request.Tokens("input_tokens"), output);
        }

        var replay = request.Object("replay");
        var prompt = replay.Tokens("input_length");
        var tokensPerBlock = replay.Tokens("trace_block_size");
        return new TraceRequest(
            receivedUs, prompt, output, _blocks.Map(replay.Array("input_sequence_hashes"), "input_sequence_hashes", tokensPerBlock, prompt),
            tokensPerBlock);
    }

    private TraceTurn? ReadTurn(JsonElement record, long receivedUs)
    {
        if (record.Field("agent_context").ValueKind == JsonValueKind.Undefined) return null;
        var context = record.Object("agent_context");
        var id = context.Text("session_id");
        var parent = context.TextOrNull("parent_session_id");
        var endUs = EndUs(record, receivedUs);
        var before = _sessions.GetValueOrDefault(id);
        _sessions[id] = (before.Turns + 1, endUs);
        return new TraceTurn
        {
            SessionId = id,
            ParentSessionId = parent,
            Turn = before.Turns,
            ThinkUs = before.EndUs is { } end && end <= receivedUs ? receivedUs - end : null,
        };
    }

    private static long? EndUs(JsonElement record, long receivedUs) =>
        record.TimeUsOrNull("event_time_unix_ms", MsUs, UnixUsMax)
        ?? (record.Object("request").TimeUsOrNull("total_time_ms", MsUs) is { } totalUs ? receivedUs + totalUs : null);
}
