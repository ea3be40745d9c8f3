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
    public int HitTokens(TokenContent content, CacheDomain domain, int tokensMax) =>
        IsClosed ? 0 : _ledger.Probe(content, domain, tokensMax).Tokens;

    /// <summary>
    /// The first <paramref name="tokensComputed"/> tokens are kept as far as their content is known, the tier has room for them, and those
    /// that are new are worth a copy. Returns what is new; null when nothing is.
    /// </summary>
    public KvTransfer? Store(TokenContent content, CacheDomain domain, int tokensComputed)
    {
        var tokens = Math.Min(tokensComputed, content.IdentifiedCount) / _ledger.BlockSizeTokens * _ledger.BlockSizeTokens;
        tokens = Math.Min(tokens, _ledger.BlocksTotal * _ledger.BlockSizeTokens);
        if (IsClosed || tokens < Place.CopyTokensMin) return null;
        if (Place.CopyTokensMin > 1 && tokens - HitTokens(content, domain, tokens) < Place.CopyTokensMin) return null;
        if (!_ledger.TryOpen(content, domain, tokens, out var sequence, out var stored)) return null;
        var written = _ledger.TryGrow(sequence, tokens) && stored < tokens ? Blocks(sequence, stored, tokens) : null;
        if (written is not null) _ledger.Commit(sequence, tokens);
        _ledger.Close(sequence);
        return written;
    }

    /// <summary>Where tokens [from, to) of the content lie, all of which are here.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Some of them are not.</exception>
    public KvTransfer Locate(TokenContent content, CacheDomain domain, int fromToken, int toToken)
    {
        if (!_ledger.TryOpen(content, domain, toToken, out var sequence, out var stored)) stored = 0;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(toToken, stored);
        var located = Blocks(sequence, fromToken, toToken);
        _ledger.Close(sequence);
        return located;
    }

    /// <summary>Its host's copies failed: nothing is found here any more, and nothing is kept.</summary>
    public void Close() => IsClosed = true;

    /// <summary>Whether it was closed.</summary>
    public bool IsClosed { get; private set; }

    private KvTransfer Blocks(int sequence, int fromToken, int toToken)
    {
        var (first, end) = (fromToken / _ledger.BlockSizeTokens, toToken / _ledger.BlockSizeTokens);
        return new KvTransfer(Place, fromToken, toToken, [.. _ledger.BlockTable(sequence).Skip(first).Take(end - first)]);
    }
}

/// <summary>KV that is copied between a sequence and a place.</summary>
/// <param name="Place">The place.</param>
/// <param name="FromToken">First token.</param>
/// <param name="ToToken">One past the last token.</param>
/// <param name="Blocks">The place's blocks of these tokens, in order.</param>
public sealed record KvTransfer(KvPlace Place, int FromToken, int ToToken, IReadOnlyList<int> Blocks);
