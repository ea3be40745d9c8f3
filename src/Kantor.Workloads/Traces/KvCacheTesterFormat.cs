using System.Globalization;
using System.Text.Json;
using Kantor.Core.Randomness;

namespace Kantor.Workloads.Traces;

/// <summary>
/// The agentic sessions of WEKA's kv-cache-tester, one session a line. Block ids mean something only within their session, sub-agents
/// included, so no two sessions share a block here. Sub-agents become sessions of their own with their parent named.
/// </summary>
/// <remarks>
/// The recording has no start times of sessions: they begin as a Poisson process with the mean gap of the options. Measured server times
/// are not kept. Requests that were broken off before any output are left out and counted.
/// </remarks>
internal sealed class KvCacheTesterFormat(TraceReadOptions options) : JsonObjectFormat
{
    private const double SecondUs = 1e6;
    private const int DepthMax = 8;

    private readonly RandomStream _starts = new(options.SessionStartSeed, "session-starts");
    private readonly HashSet<string> _sessions = [];
    private double _nextStartUs;
    private int _firstId;
    private int _withoutOutput;

    // Last blocks that are not full have no recorded id; theirs come from the other end.
    private int _lastId = int.MaxValue;

    public override string Name => "kv-cache-tester JSONL";

    public override bool IsOrdered => false;

    public override string? Note => string.Create(
        CultureInfo.InvariantCulture,
        $"sessions have no start times; they are started at random, {options.SessionGapS:0.###} s apart on average; "
            + $"waiting times within a session are as recorded (open loop)")
        + (_withoutOutput == 0
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture, $"; requests without any output, which were broken off, are left out: {_withoutOutput}"));

    protected override string Example =>
        """{"id":"trace_1","block_size":64,"hash_id_scope":"local","requests":[{"t":0,"in":70,"out":9,"hash_ids":[1],"input_types":["text"],"think_time":0}]}""";

    protected override void Read(JsonElement row, List<TraceRequest> requests)
    {
        var (firstId, lastId, withoutOutput) = (_firstId, _lastId, _withoutOutput);
        try
        {
            ReadSession(row, requests);
        }
        catch
        {
            (_firstId, _lastId, _withoutOutput) = (firstId, lastId, withoutOutput);
            throw;
        }

        _sessions.Add(row.Text("id"));
        _nextStartUs += -Math.Log(1 - _starts.NextDouble()) * options.SessionGapS * SecondUs;
    }

    private void ReadSession(JsonElement row, List<TraceRequest> requests)
    {
        var id = row.Text("id");
        if (_sessions.Contains(id)) throw new TraceFieldException($"id '{id}' is given to an earlier session already");
        if (row.Text("hash_id_scope") != "local") throw new TraceFieldException("hash_id_scope must be local");
        var session = new Session(id, null, (int)row.Whole("block_size", 1, TraceReadOptions.TokensMax), (long)_nextStartUs, 0);
        var before = requests.Count;
        var idMax = ReadRequests(row.Array("requests"), session, requests);
        if (requests.Count == before) throw new TraceFieldException("requests must hold at least one request with output");
        _firstId += idMax + 1;
    }

    private int ReadRequests(JsonElement rows, Session session, List<TraceRequest> requests)
    {
        var (turn, idMax, index) = (0, 0, 0);
        foreach (var row in rows.EnumerateArray())
        {
            try
            {
                if (row.ValueKind != JsonValueKind.Object) throw new TraceFieldException("must be an object");
                if (row.TextOrNull("type") == "subagent") idMax = Math.Max(idMax, ReadSubAgent(row, session, index, requests));
                else if (row.Whole("out", 0, TraceReadOptions.TokensMax) == 0) _withoutOutput++;
                else requests.Add(ReadRequest(row, session, turn++, ref idMax));
            }
            catch (TraceFieldException fault)
            {
                throw new TraceFieldException($"requests[{index}]: {fault.Message}");
            }

            index++;
        }

        return idMax;
    }

    private int ReadSubAgent(JsonElement row, Session parent, int index, List<TraceRequest> requests)
    {
        if (parent.Depth == DepthMax) throw new TraceFieldException($"sub-agents are nested deeper than {DepthMax}");
        var name = $"{parent.Id}/{row.TextOrNull("agent_id") ?? "subagent"}#{index}";
        return ReadRequests(
            row.Array("requests"),
            new Session(name, parent.Id, parent.TokensPerBlockId, parent.StartUs + row.TimeUs("t", SecondUs), parent.Depth + 1),
            requests);
    }

    private TraceRequest ReadRequest(JsonElement row, in Session session, int turn, ref int idMax)
    {
        var (prompt, output) = (row.Tokens("in"), row.Tokens("out"));
        var hashes = row.Array("hash_ids");
        var ids = new int[BlockIdMap.RequireCount(hashes.GetArrayLength(), "hash_ids", session.TokensPerBlockId, prompt)];
        var block = 0;
        foreach (var hash in hashes.EnumerateArray())
        {
            if (hash.ValueKind != JsonValueKind.Number || !hash.TryGetInt32(out var id) || id < 0)
            {
                throw new TraceFieldException("hash_ids must be an array of whole numbers from 0 to 2147483647");
            }

            if (id >= _lastId - _firstId) throw TooLarge();
            idMax = Math.Max(idMax, id);
            ids[block++] = _firstId + id;
        }

        if (block < ids.Length) ids[block] = NextLastId(idMax);
        return new TraceRequest(session.StartUs + row.TimeUs("t", SecondUs), prompt, output, ids, session.TokensPerBlockId)
        {
            Turn = new TraceTurn
            {
                SessionId = session.Id,
                ParentSessionId = session.ParentId,
                Turn = turn,
                ThinkUs = row.TimeUsOrNull("think_time", SecondUs),
                Cause = CauseOf(row),
            },
        };
    }

    private int NextLastId(int idMax) => _lastId - _firstId > idMax ? _lastId-- : throw TooLarge();

    private static TraceFieldException TooLarge() => new("hash_ids are too large for the blocks of all sessions to be told apart");

    private static TurnCause CauseOf(JsonElement row)
    {
        if (row.Field("input_types").ValueKind == JsonValueKind.Undefined) return TurnCause.Unknown;
        var (hasText, hasTool) = (false, false);
        foreach (var type in row.Array("input_types").EnumerateArray())
        {
            if (type.ValueKind != JsonValueKind.String) throw new TraceFieldException("input_types must be an array of texts");
            hasTool |= type.ValueEquals("tool_result"u8);
            hasText |= type.ValueEquals("text"u8);
        }

        if (hasTool) return TurnCause.Tool;
        return hasText ? TurnCause.Human : TurnCause.Unknown;
    }

    private readonly record struct Session(string Id, string? ParentId, int TokensPerBlockId, long StartUs, int Depth);
}
