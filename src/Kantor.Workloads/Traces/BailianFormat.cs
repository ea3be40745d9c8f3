using System.Text.Json;

namespace Kantor.Workloads.Traces;

/// <summary>
/// The JSON lines of Qwen's Bailian traces: <c>chat_id</c>, <c>parent_chat_id</c> (−1 for the first of a chat), <c>timestamp</c> in s,
/// <c>input_length</c>, <c>output_length</c>, <c>hash_ids</c> one per 16 tokens. Chats become sessions by following the parents;
/// <c>type</c> and <c>turn</c> are not read. Memory grows with the rows and their different blocks.
/// </summary>
internal sealed class BailianFormat : JsonObjectFormat
{
    private const int TokensPerBlockId = 16;

    private readonly BlockIdMap _blocks = new();
    private readonly Dictionary<long, (long Root, int Turn)> _chats = [];

    public override string Name => "Qwen Bailian JSONL";

    protected override string Example =>
        """{"chat_id":1,"parent_chat_id":-1,"timestamp":0.5,"input_length":20,"output_length":9,"type":"text","turn":1,"hash_ids":[11,12]}""";

    protected override void Read(JsonElement row, List<TraceRequest> requests)
    {
        var (id, parent) = (row.Whole("chat_id", 0, long.MaxValue), row.Whole("parent_chat_id", -1, long.MaxValue));
        var request = new TraceRequest(row.TimeUs("timestamp", 1e6), row.Tokens("input_length"), row.Tokens("output_length"));
        var place = _chats.TryGetValue(parent, out var before) ? (before.Root, Turn: before.Turn + 1) : (Root: id, Turn: 0);
        if (_chats.ContainsKey(id)) throw new TraceFieldException($"chat_id {id} is given to an earlier row already");
        var ids = _blocks.Map(row.Array("hash_ids"), "hash_ids", TokensPerBlockId, request.PromptTokens);
        _chats.Add(id, place);
        requests.Add(request with
        {
            BlockIds = ids,
            TokensPerBlockId = TokensPerBlockId,
            Turn = new TraceTurn { SessionId = place.Root.ToString(System.Globalization.CultureInfo.InvariantCulture), Turn = place.Turn },
        });
    }
}
