using Kantor.Core.Batching.Parts.Ordered;
using Kantor.Core.Requests;

namespace Kantor.Core.Batching.Policies.Prefix;

/// <summary>What planners by cached prefixes remember beside the queue: how it was ordered last, and the tokens served so far.</summary>
internal class PrefixState : OrderedState
{
    private long[] _servedBefore = new long[16];
    private long _served;
    private long _servedInStep;

    /// <summary>Whether the keys in the queue are those of a short one.</summary>
    public bool IsMatched { get; set; }

    /// <summary>Picks since the oldest was picked.</summary>
    public int Picks { get; set; }

    /// <summary>Tokens that the replica served since the row arrived.</summary>
    public long ServedSince(int row) => _served - (row < _servedBefore.Length ? _servedBefore[row] : 0);

    public void NoteStep() => _servedInStep = 0;

    public override void Granted(RequestId request, int slot, int tokens, int reserveTokens)
    {
        base.Granted(request, slot, tokens, reserveTokens);
        _served += tokens;
        _servedInStep += tokens;
    }

    public override void Repeated(int steps)
    {
        base.Repeated(steps);
        _served += steps * _servedInStep;
    }

    protected override void Begins(int row)
    {
        if (row >= _servedBefore.Length) Array.Resize(ref _servedBefore, Math.Max(row + 1, _servedBefore.Length * 2));
        _servedBefore[row] = _served;
    }
}
