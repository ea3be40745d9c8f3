namespace Kantor.Workloads.Traces;

/// <summary>Gives requests of any trace block ids for 512 tokens each, as Mooncake's form needs them.</summary>
/// <remarks>
/// Recorded ids are prefix-cumulative, so the last id within 512 tokens, with the number of ids before it there, tells the whole run.
/// Smaller blocks lose the reuse that ends within 512 tokens. Unknown content gets ids that occur nowhere else. Memory grows with the
/// different blocks.
/// </remarks>
public sealed class MooncakeBlocks
{
    private const int BlockTokens = MooncakeFormat.TokensPerBlockId;

    private readonly Dictionary<(int Id, int Place), int> _ids = [];
    private int _next;

    /// <summary>The request with ids for 512 tokens each.</summary>
    /// <exception cref="TraceException">Its block size neither divides 512 nor is a multiple of it, or there are too many
    /// blocks.</exception>
    public TraceRequest Regroup(TraceRequest request)
    {
        var given = request.TokensPerBlockId;
        if (given == BlockTokens) return request with { BlockIds = [.. request.BlockIds.Select(id => IdOf((id, 0)))] };
        if (given != 0 && BlockTokens % given != 0 && given % BlockTokens != 0)
        {
            throw new TraceException($"a block id of the trace stands for {given} tokens; to write one per {BlockTokens}, that must "
                + $"divide {BlockTokens} or be a multiple of it.");
        }

        var ids = new int[((request.PromptTokens - 1) / BlockTokens) + 1];
        for (var block = 0; block < ids.Length; block++) ids[block] = given == 0 ? Next() : IdOf(Key(request, block));
        return request with { BlockIds = ids, TokensPerBlockId = BlockTokens };
    }

    private static (int Id, int Place) Key(in TraceRequest request, int block)
    {
        var given = request.TokensPerBlockId;
        if (given > BlockTokens) return (request.BlockIds[block * BlockTokens / given], block % (given / BlockTokens));
        var perBlock = BlockTokens / given;
        var end = Math.Min((block + 1) * perBlock, request.BlockIds.Length);
        return (request.BlockIds[end - 1], end - (block * perBlock));
    }

    private int IdOf((int Id, int Place) key)
    {
        if (!_ids.TryGetValue(key, out var id)) _ids.Add(key, id = Next());
        return id;
    }

    private int Next() =>
        _next < int.MaxValue
            ? _next++
            : throw new TraceException("the trace has more different blocks than Mooncake's form can tell apart (2147483647).");
}
