namespace Kantor.Core.Kv;

/// <summary>What a host repeats on real memory, in the order in which it was booked; empty for a host that has none.</summary>
internal sealed class KvChangeLog(bool records, int blockSizeTokens)
{
    private readonly List<KvChange> _changes = [];

    public IReadOnlyList<KvChange> Changes => _changes;

    public void Clear() => _changes.Clear();

    /// <summary>A block of a sequence changes, as far as it is filled.</summary>
    public void Add(KvChangeKind kind, int sequence, int source, int blockIndex, int tokensEnd = int.MaxValue)
    {
        if (!records) return;
        var from = blockIndex * blockSizeTokens;
        _changes.Add(new KvChange(kind, sequence, source, from, Math.Min(from + blockSizeTokens, tokensEnd)));
    }

    /// <summary>KV is copied between a sequence and a place.</summary>
    public void Add(KvChangeKind kind, int sequence, KvTransfer transfer)
    {
        if (records) _changes.Add(new KvChange(kind, sequence, sequence, transfer.FromToken, transfer.ToToken, transfer));
    }
}
