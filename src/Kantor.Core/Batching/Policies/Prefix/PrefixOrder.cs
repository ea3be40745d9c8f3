using System.Runtime.InteropServices;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// Waiting rows in the order of what they are made of, so that those which share a prefix stand side by side, and how much each shares with
/// the one before it. What a row is made of does not change while it waits.
/// </summary>
/// <remarks>Putting a row in or out costs log n comparisons and moves the rows behind it.</remarks>
internal sealed class PrefixOrder
{
    private readonly List<Entry> _entries = [];
    private Described[] _rows = new Described[16];

    /// <summary>A row and the tokens that it shares with the one before it.</summary>
    public readonly record struct Entry(int Row, int SharedTokens);

    private readonly record struct Described(bool IsIn, long Id, CacheDomain Domain, TokenContent? Content);

    /// <summary>The rows in order.</summary>
    public ReadOnlySpan<Entry> Entries => CollectionsMarshal.AsSpan(_entries);

    public bool Contains(int row) => row < _rows.Length && _rows[row].IsIn;

    /// <summary>Puts a row in, once; without content it shares nothing with anybody.</summary>
    public void Add(int row, long id, CacheDomain domain, TokenContent? content)
    {
        if (row >= _rows.Length) Array.Resize(ref _rows, Math.Max(row + 1, 2 * _rows.Length));
        var added = new Described(true, id, domain, content);
        _rows[row] = added;
        var place = PlaceOf(added);
        _entries.Insert(place, new Entry(row, place > 0 ? Shared(Of(place - 1), added) : 0));
        if (place + 1 < _entries.Count) _entries[place + 1] = _entries[place + 1] with { SharedTokens = Shared(added, Of(place + 1)) };
    }

    /// <summary>Takes a row out, if it is in.</summary>
    public void Remove(int row)
    {
        if (!Contains(row)) return;
        var place = PlaceOf(_rows[row]);
        _rows[row] = default;
        var shared = _entries[place].SharedTokens;
        _entries.RemoveAt(place);
        if (place == _entries.Count) return;
        _entries[place] = _entries[place] with { SharedTokens = Math.Min(shared, _entries[place].SharedTokens) };
    }

    private Described Of(int place) => _rows[_entries[place].Row];

    /// <summary>Rows before it in order.</summary>
    private int PlaceOf(in Described row)
    {
        var (low, high) = (0, _entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Compare(Of(middle), row) < 0) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private static int Compare(in Described one, in Described other)
    {
        var byKind = Kind(one).CompareTo(Kind(other));
        if (byKind != 0) return byKind;
        var keys = Keys(one);
        var otherKeys = Keys(other);
        var common = keys.CommonPrefixLength(otherKeys);
        if (common < keys.Length && common < otherKeys.Length) return keys[common].CompareTo(otherKeys[common]);
        return keys.Length != otherKeys.Length ? keys.Length.CompareTo(otherKeys.Length) : one.Id.CompareTo(other.Id);
    }

    private static int Shared(in Described one, in Described other)
    {
        if (Kind(one) != Kind(other) || one.Content is null || other.Content is null) return 0;
        var tokens = (long)Keys(one).CommonPrefixLength(Keys(other)) * one.Content.TokensPerKey;
        return (int)Math.Min(tokens, Math.Min(one.Content.IdentifiedCount, other.Content.IdentifiedCount));
    }

    /// <summary>Who differs in this shares nothing.</summary>
    private static (int Tenant, int Adapter, int TokensPerKey) Kind(in Described row) =>
        (row.Domain.Tenant, row.Domain.Adapter, row.Content?.TokensPerKey ?? 0);

    private static ReadOnlySpan<int> Keys(in Described row) => row.Content is { } content ? content.Keys : [];
}
