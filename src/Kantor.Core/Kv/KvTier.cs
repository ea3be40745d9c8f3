using Kantor.Core.Requests;

namespace Kantor.Core.Kv;

/// <summary>
/// KV kept behind a replica's pool by content, in some <see cref="KvPlace"/>: every prompt that was computed is written through, the least
/// recently used blocks give way, tails before heads (as vLLM's CPU offloading connector and LMCache keep it). What is found here is copied
/// back instead of computed.
/// </summary>
/// <remarks>Books only; how long a copy takes is the host's matter. May be shared by replicas of one thread.</remarks>
public sealed class KvTier
{
    private readonly KvLedger _ledger;

    /// <summary>An empty tier.</summary>
    /// <exception cref="ArgumentException">The place is out of range or its room is not counted, or the block size is below 1.</exception>
    public KvTier(KvPlace place, int blockSizeTokens)
    {
        place.Validate();
        Place = place;
        var blocks = place.Blocks ?? throw new ArgumentException($"A tier keeps books of its blocks; '{place.Name}' does not count any.");
        _ledger = new KvLedger(new KvLedgerOptions { BlocksTotal = blocks, BlockSizeTokens = blockSizeTokens, PrefixCaching = true });
    }

    /// <summary>Where the KV lies.</summary>
    public KvPlace Place { get; }

    /// <summary>Blocks that hold content.</summary>
    public int BlocksStored => _ledger.BlocksIdle;

    /// <summary>
    /// Leading tokens of the content that are here, in whole blocks, at most <paramref name="tokensMax"/>. Changes nothing.
    /// </summary>
    public int HitTokens(TokenContent content, CacheDomain domain, int tokensMax) => _ledger.Probe(content, domain, tokensMax).Tokens;

    /// <summary>
    /// The first <paramref name="tokensComputed"/> tokens are kept as far as their content is known and the tier has room for them.
    /// </summary>
    public void Store(TokenContent content, CacheDomain domain, int tokensComputed)
    {
        var tokens = Math.Min(tokensComputed, content.IdentifiedCount) / _ledger.BlockSizeTokens * _ledger.BlockSizeTokens;
        tokens = Math.Min(tokens, _ledger.BlocksTotal * _ledger.BlockSizeTokens);
        if (tokens == 0 || !_ledger.TryOpen(content, domain, tokens, out var sequence, out _)) return;
        if (_ledger.TryGrow(sequence, tokens)) _ledger.Commit(sequence, tokens);
        _ledger.Close(sequence);
    }
}
