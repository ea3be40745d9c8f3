using System.Runtime.InteropServices;
using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>
/// What <see cref="DfsWeightPlanner"/> remembers beside the queue: what each request is made of, and the waiting ones in that order. A
/// subtree of cached prefixes is a run of neighbours in it.
/// </summary>
internal sealed class DfsWeightState : PrefixState
{
    private readonly PrefixOrder _order = new();

    // Subtrees of the nodes on the way to the one that is visited, and the rows that end at it; written anew in each step.
    private readonly List<Subtree> _subtrees = [];
    private readonly List<(long Arrival, int Row)> _here = [];
    private (RequestFacts Facts, TokenContent Content)?[] _contents = new (RequestFacts, TokenContent)?[16];
    private int[] _hits = [];
    private int[] _places = new int[16];
    private int _newest;
    private int _visited;

    /// <summary>
    /// Neighbours that share more cached tokens than their parent: the heaviest goes first, of equals the one with the oldest.
    /// </summary>
    private readonly record struct Subtree(int Weight, long Oldest, int From, int Cached) : IComparable<Subtree>
    {
        public int CompareTo(Subtree other) => Weight != other.Weight ? other.Weight.CompareTo(Weight) : Oldest.CompareTo(other.Oldest);
    }

    /// <summary>Place of a waiting row in the visit of the tree, from 0.</summary>
    public int PlaceOf(int row) => _places[row];

    /// <summary>Visits the tree of the cached prefixes of all waiting rows.</summary>
    public void Visit(in BatchView view)
    {
        foreach (var row in view.Waiting)
        {
            Meet(row, view.Ids[row]);
            if (!_order.Contains(row)) _order.Add(row, view.Ids[row], default, null);
        }

        if (_order.Entries.Length > view.Waiting.Length) ForgetOthers(view);
        var entries = _order.Entries;
        if (_hits.Length < entries.Length) _hits = new int[2 * entries.Length];
        if (_places.Length < view.Ids.Length) _places = new int[2 * view.Ids.Length];
        for (var place = 0; place < entries.Length; place++) _hits[place] = view.CachedPrefix(entries[place].Row).Tokens;
        _visited = 0;
        Visit(0, entries.Length, 0);
    }

    public override void Arrived(RequestFacts request, int slot)
    {
        base.Arrived(request, slot);
        _newest = slot;
        if (slot >= _contents.Length) Array.Resize(ref _contents, Math.Max(slot + 1, 2 * _contents.Length));
        _contents[slot] = null;
    }

    public override void Described(RequestFacts request, TokenContent content)
    {
        _contents[_newest] = (request, content);
        _order.Add(_newest, request.Id.Value, request.CacheDomain, content);
    }

    public override void Preempted(RequestId request, int slot)
    {
        base.Preempted(request, slot);
        if (slot >= _contents.Length || _contents[slot] is not { } known) return;
        _order.Add(slot, request.Value, known.Facts.CacheDomain, known.Content);
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        base.Granted(request, slot, tokens, reserveTokens);
        _order.Remove(slot);
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        base.Ended(request, slot, end);
        _order.Remove(slot);
        if (slot < _contents.Length) _contents[slot] = null;
    }

    /// <summary>Rows of which a host did not say that they are gone.</summary>
    private void ForgetOthers(in BatchView view)
    {
        for (var place = _order.Entries.Length - 1; place >= 0; place--)
        {
            var row = _order.Entries[place].Row;
            if (!view.IsWaiting(row)) _order.Remove(row);
        }
    }

    /// <summary>The node at so many cached tokens, of neighbours from a place to another: its subtrees, then who ends there.</summary>
    private void Visit(int from, int to, int cached)
    {
        var first = _subtrees.Count;
        AddSubtrees(from, to, cached);
        var last = _subtrees.Count;
        CollectionsMarshal.AsSpan(_subtrees)[first..].Sort();
        for (var index = first; index < last; index++)
        {
            var subtree = _subtrees[index];
            Visit(subtree.From, subtree.From + subtree.Weight, subtree.Cached);
        }

        _subtrees.RemoveRange(first, last - first);
        for (var place = from; place < to; place++)
        {
            var row = _order.Entries[place].Row;
            if (_hits[place] == cached) _here.Add((ArrivalOf(row), row));
        }

        _here.Sort();
        foreach (var (_, row) in _here) _places[row] = _visited++;
        _here.Clear();
    }

    private void AddSubtrees(int from, int to, int cached)
    {
        for (var place = from; place < to;)
        {
            var (start, tokens, oldest) = (place, _hits[place], ArrivalOf(_order.Entries[place].Row));
            for (place++; place < to && SharedCached(place) > cached; place++)
            {
                // The node lies where the first of them ends or they part.
                tokens = Math.Min(tokens, SharedCached(place));
                oldest = Math.Min(oldest, ArrivalOf(_order.Entries[place].Row));
            }

            if (tokens > cached) _subtrees.Add(new Subtree(place - start, oldest, start, tokens));
        }
    }

    /// <summary>Cached tokens that a row shares with the one before it.</summary>
    private int SharedCached(int place) => Math.Min(_order.Entries[place].SharedTokens, Math.Min(_hits[place - 1], _hits[place]));
}
