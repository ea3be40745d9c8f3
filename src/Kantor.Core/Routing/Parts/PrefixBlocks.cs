using System.Runtime.InteropServices;
using Kantor.Core.Requests;

namespace Kantor.Core.Routing.Parts;

/// <summary>
/// The hashes of a prompt's leading blocks, each of its block and of all before it, so that equal hashes are equal prefixes. A block is as
/// many whole keys of the content as its tokens, at least one; what is left over at the end has no hash, nor has what is not known.
/// </summary>
internal sealed class PrefixBlocks(int blockTokens)
{
    private ulong[] _hashes = new ulong[64];

    /// <summary>Blocks that were hashed.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens of a block of the content hashed last.</summary>
    public int Tokens { get; private set; }

    /// <summary>Hash of the prefix that ends with a block.</summary>
    public ulong this[int block] => _hashes[block];

    /// <summary>Hashes the content's prompt, at most so many blocks of it; none of content that is not known.</summary>
    public void Hash(RequestFacts request, TokenContent? content, int blocksMax = int.MaxValue)
    {
        Count = 0;
        if (content is null) return;
        var keysPerBlock = Math.Max(1, blockTokens / content.TokensPerKey);
        Tokens = keysPerBlock * content.TokensPerKey;
        var blocks = Math.Min(blocksMax, Math.Min(content.IdentifiedCount, request.PromptTokens) / Tokens);
        if (blocks > _hashes.Length) Array.Resize(ref _hashes, Math.Max(blocks, 2 * _hashes.Length));
        var keys = content.Keys;
        var hash = Hashes.Of(request.CacheDomain);
        for (; Count < blocks; Count++)
        {
            hash = HashOf(keys.Slice(Count * keysPerBlock, keysPerBlock), hash);
            _hashes[Count] = hash;
        }
    }

    /// <summary>Two keys at a time.</summary>
    private static ulong HashOf(ReadOnlySpan<int> keys, ulong hash)
    {
        foreach (var pair in MemoryMarshal.Cast<int, ulong>(keys)) hash = Hashes.Of(hash, pair);
        return keys.Length % 2 == 0 ? hash : Hashes.Of(hash, (uint)keys[^1]);
    }
}
