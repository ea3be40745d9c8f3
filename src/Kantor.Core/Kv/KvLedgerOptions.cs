using Kantor.Core.Retention;

namespace Kantor.Core.Kv;

/// <summary>Size and behaviour of a replica's KV pool.</summary>
public sealed record KvLedgerOptions
{
    /// <summary>Blocks of the pool, at least 1.</summary>
    public required int BlocksTotal { get; init; }

    /// <summary>Tokens per block, at least 1: 16 in vLLM, 1 for llama.cpp's pool of single-token cells.</summary>
    public required int BlockSizeTokens { get; init; }

    /// <summary>Whether released blocks keep their content for later prefix hits.</summary>
    public bool PrefixCaching { get; init; } = true;

    /// <summary>
    /// Most idle blocks that are kept; beyond them the first to go are freed, though the pool has room. Null for as many as fit.
    /// Memory whose cost grows with what lies in it (llama.cpp's attention walks every cell up to the highest one in use) needs a limit.
    /// </summary>
    public int? IdleBlocksMax { get; init; }

    /// <summary>In which order idle blocks give their room up.</summary>
    public IRetention Retention { get; init; } = new LruRetention();

    /// <summary>
    /// Whether a second copy of content that is cached already can be found too, once the first is evicted, so that it stays cached when
    /// its sequence closes (vLLM's cached_block_hash_to_block); otherwise its room is free then.
    /// </summary>
    public bool KeepsCopies { get; init; }

    /// <summary>
    /// Most sequence ids in use at once, live ones and those that keep cached blocks after their request ended; null for no limit.
    /// llama.cpp has 256.
    /// </summary>
    public int? SequencesMax { get; init; }

    /// <summary>Whether the ledger lists its <see cref="KvChange"/>s, for a host that must repeat them on real memory.</summary>
    public bool RecordsChanges { get; init; }

    /// <summary>Hash of one block's keys; null for the built-in one. Content is compared token by token, so any function is safe.</summary>
    public Func<int, int>? KeyHash { get; init; }

    /// <summary>Throws when a value is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(BlocksTotal, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(BlockSizeTokens, 1);
        if (IdleBlocksMax is { } idle) ArgumentOutOfRangeException.ThrowIfNegative(idle, nameof(IdleBlocksMax));
        if (SequencesMax is { } limit) ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1, nameof(SequencesMax));
    }
}

/// <summary>One operation that a host with real KV memory repeats there, in the order listed.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Sequence">The sequence that gains or loses the tokens.</param>
/// <param name="Source">For <see cref="KvChangeKind.Share"/>, the sequence that has them; otherwise equal to
/// <paramref name="Sequence"/>.</param>
/// <param name="FromToken">First position.</param>
/// <param name="ToToken">One past the last position.</param>
/// <param name="Transfer">For <see cref="KvChangeKind.Store"/> and <see cref="KvChangeKind.Load"/>, the place and its blocks.</param>
public readonly record struct KvChange(
    KvChangeKind Kind, int Sequence, int Source, int FromToken, int ToToken, KvTransfer? Transfer = null);

/// <summary>Kinds of <see cref="KvChange"/>.</summary>
public enum KvChangeKind
{
    /// <summary>The sequence also holds the source's KV in the range.</summary>
    Share,

    /// <summary>The sequence no longer holds KV in the range.</summary>
    Drop,

    /// <summary>
    /// The sequence's KV in the range, which it shares with others, becomes a copy of its own. Never happens with one token per block.
    /// </summary>
    Copy,

    /// <summary>The sequence's KV in the range is copied to a place that <see cref="KvPlace.CopiesAtOnce"/>.</summary>
    Store,

    /// <summary>The sequence gets the KV in the range, which it does not have, from such a place.</summary>
    Load,
}

/// <summary>A prefix that is in the cache.</summary>
/// <param name="Tokens">Length, a whole number of blocks.</param>
/// <param name="BlocksIdle">Blocks of it that no live sequence references; taking them lowers the number of available blocks.</param>
public readonly record struct PrefixHit(int Tokens, int BlocksIdle);
