using Kantor.Core.Kv;
using Kantor.Engine.Backends;

namespace Kantor.Engine.Loop;

/// <summary>
/// Repeats the books' changes on the back end's memory. The books work cell by cell, and one call to the back end costs a pass over its
/// whole pool; so changes that continue each other are merged into ranges first.
/// </summary>
/// <remarks>
/// A change may be done before those listed ahead of it when none of them concerns the same position of the same sequence. It is merged
/// into an earlier range only then, so the memory ends up as if each change had been done in its place.
/// </remarks>
internal sealed class KvMirror(IModelBackend backend) : IDisposable
{
    // Interleaved runs come in twos (share from the old holder and drop there; drop of own and of borrowed cells), so few open ranges are
    // enough.
    private const int OpenRangesMax = 4;

    private readonly List<KvChange> _ranges = [];
    private readonly KvCopies _copies = new(backend);
    private bool _hasLost;

    /// <summary>Host memory that copies of KV take, in bytes.</summary>
    public long CopiedBytes => _copies.Bytes;

    /// <summary>
    /// Repeats and forgets everything that the books list; false when a copy to or from host memory failed, so that memory and books
    /// differ.
    /// </summary>
    public bool TryRepeat(KvLedger books)
    {
        _hasLost = false;
        var changes = books.Changes;
        for (var index = 0; index < changes.Count; index++) Add(changes[index]);
        books.ClearChanges();
        DoRanges();
        return !_hasLost;
    }

    /// <summary>Frees the copies.</summary>
    public void Dispose() => _copies.Dispose();

    private void DoRanges()
    {
        foreach (var range in _ranges) Do(range);
        _ranges.Clear();
    }

    private void Add(in KvChange change)
    {
        if (change.Transfer is { } transfer)
        {
            DoRanges();
            var isDone = change.Kind == KvChangeKind.Store
                ? _copies.TryStore(change.Sequence, transfer)
                : _copies.TryLoad(change.Sequence, transfer);
            _hasLost |= !isDone;
            return;
        }

        var oldest = Math.Max(0, _ranges.Count - OpenRangesMax);
        for (var index = _ranges.Count - 1; index >= oldest; index--)
        {
            var range = _ranges[index];
            if (Continues(range, change))
            {
                _ranges[index] = range with
                {
                    FromToken = Math.Min(range.FromToken, change.FromToken),
                    ToToken = Math.Max(range.ToToken, change.ToToken),
                };
                return;
            }

            if (Concerns(range, change)) break;
        }

        _ranges.Add(change);
    }

    private static bool Continues(in KvChange range, in KvChange change) =>
        range.Kind == change.Kind && range.Sequence == change.Sequence && range.Source == change.Source
        && (range.ToToken == change.FromToken || change.ToToken == range.FromToken);

    private static bool Concerns(in KvChange range, in KvChange change) =>
        range.FromToken < change.ToToken && change.FromToken < range.ToToken
        && (
            range.Sequence == change.Sequence || range.Sequence == change.Source || range.Source == change.Sequence
                || range.Source == change.Source);

    private void Do(in KvChange range)
    {
        switch (range.Kind)
        {
            case KvChangeKind.Share:
                backend.CopyCells(range.Source, range.Sequence, range.FromToken, range.ToToken);
                break;
            case KvChangeKind.Drop:
                backend.RemoveCells(range.Sequence, range.FromToken, range.ToToken);
                break;
            default:
                throw new InvalidOperationException(
                    $"Cells of single tokens are never filled in part, so there is nothing to {range.Kind}.");
        }
    }
}
