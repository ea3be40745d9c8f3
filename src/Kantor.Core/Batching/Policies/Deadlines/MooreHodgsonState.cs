using Kantor.Core.Decisions;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Deadlines;

/// <summary>The set of prompts that can all be in time, which follows the events.</summary>
internal class MooreHodgsonState : DueState
{
    // By row: where it stands in the set; null when it does not.
    private (long DueUs, long Id)?[] _places = new (long, long)?[16];

    public DueSet Set { get; } = new();

    /// <summary>Rows with a prompt that is partly computed, and late anyway; the one that misses the least comes first.</summary>
    public List<(int MissingTokens, int Row)> Yielding { get; } = [];

    /// <summary>Whether the row lets those pass that can be in time.</summary>
    public bool Yields(int row)
    {
        foreach (var (_, yielding) in Yielding)
        {
            if (yielding == row) return true;
        }

        return false;
    }

    /// <summary>Puts a row into the set, once.</summary>
    public void Promise(in DueSet.Entry entry)
    {
        if (entry.Row >= _places.Length) Array.Resize(ref _places, Math.Max(entry.Row + 1, 2 * _places.Length));
        if (_places[entry.Row] is { } place && place == (entry.DueUs, entry.Id)) return;
        _places[entry.Row] = (entry.DueUs, entry.Id);
        Set.Add(entry);
    }

    public override void Demote(int row)
    {
        base.Demote(row);
        Forget(row);
    }

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        base.Granted(request, slot, tokens, reserveTokens);
        Forget(slot);
    }

    public override void Ended(RequestFacts request, int slot, in RequestEnd end)
    {
        base.Ended(request, slot, end);
        Forget(slot);
    }

    private void Forget(int row)
    {
        if (row >= _places.Length || _places[row] is not { } place) return;
        Set.Remove(place.DueUs, place.Id);
        _places[row] = null;
    }
}
