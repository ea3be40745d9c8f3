namespace Kantor.Core.Occupancy;

/// <summary>
/// Form B of the feasibility check as a planner needs it: the running requests in order of their believed ends, to be asked whether one
/// more fits, now or later, and when it first would. Counts in whole blocks and errs on the safe side, by at most one block per request.
/// </summary>
/// <remarks>Owner: one planner state; reused, so that it allocates nothing once grown. Round 0 is now; a request ends with its last
/// round.</remarks>
public sealed class OccupancyProfile
{
    private int[] _ends = new int[16];
    private long[] _heldBlocks = new long[16];
    private int _blockSizeTokens = 1;
    private long _lastingBlocks;

    /// <summary>Requests in the profile.</summary>
    public int Count { get; private set; }

    /// <summary>Starts anew, with blocks that are in use and released by nobody in sight.</summary>
    public void Clear(int blockSizeTokens, long lastingBlocks)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSizeTokens, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(lastingBlocks);
        (_blockSizeTokens, _lastingBlocks, Count) = (blockSizeTokens, lastingBlocks, 0);
    }

    /// <summary>Adds a request that starts now, out of order: ask nothing before <see cref="Order"/>.</summary>
    public void Append(long heldBlocks, int remainingRounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(remainingRounds, 1);
        MakeRoom();
        (_ends[Count], _heldBlocks[Count]) = (remainingRounds, heldBlocks);
        Count++;
    }

    /// <summary>Puts what was appended in order, all at once: many requests one by one would move each other again and again.</summary>
    public void Order() => Array.Sort(_ends, _heldBlocks, 0, Count);

    /// <summary>Adds a request that starts now. Returns its place, for <see cref="RemoveAt"/> before any other change.</summary>
    public int Add(long heldBlocks, int remainingRounds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(remainingRounds, 1);
        MakeRoom();
        var place = _ends.AsSpan(0, Count).BinarySearch(remainingRounds);
        if (place < 0) place = ~place;
        Array.Copy(_ends, place, _ends, place + 1, Count - place);
        Array.Copy(_heldBlocks, place, _heldBlocks, place + 1, Count - place);
        (_ends[place], _heldBlocks[place]) = (remainingRounds, heldBlocks);
        Count++;
        return place;
    }

    /// <summary>Takes back what was added last, or what stands at a place.</summary>
    public void RemoveAt(int place)
    {
        Count--;
        Array.Copy(_ends, place + 1, _ends, place, Count - place);
        Array.Copy(_heldBlocks, place + 1, _heldBlocks, place, Count - place);
    }

    /// <summary>Takes out one that was put in with these numbers; false when there is none.</summary>
    public bool Remove(long heldBlocks, int remainingRounds)
    {
        var place = _ends.AsSpan(0, Count).BinarySearch(remainingRounds);
        if (place < 0) return false;
        while (place > 0 && _ends[place - 1] == remainingRounds) place--;
        for (; place < Count && _ends[place] == remainingRounds; place++)
        {
            if (_heldBlocks[place] != heldBlocks) continue;
            RemoveAt(place);
            return true;
        }

        return false;
    }

    /// <summary>
    /// Whether a request that starts after <paramref name="startRound"/> rounds stays within <paramref name="blocksTotal"/> together with
    /// the profile for its whole life.
    /// </summary>
    public bool Fits(int startRound, long heldBlocks, int remainingRounds, long blocksTotal)
    {
        var end = startRound + remainingRounds;
        var (held, running, i) = (_lastingBlocks + heldBlocks, 0L, Count - 1);
        for (; i >= 0 && _ends[i] >= end; i--)
        {
            held += _heldBlocks[i];
            running++;
        }

        // The request's own last round, then the earlier ends back to its start.
        if (held + (running * Grown(end)) + Grown(remainingRounds) > blocksTotal) return false;
        for (; i >= 0 && _ends[i] > startRound; i--)
        {
            held += _heldBlocks[i];
            running++;
            if (held + (running * Grown(_ends[i])) + Grown(_ends[i] - startRound) > blocksTotal) return false;
        }

        return true;
    }

    /// <summary>Rounds from now after which the request first fits; null when it does not even with everybody gone.</summary>
    public int? EarliestStart(long heldBlocks, int remainingRounds, long blocksTotal)
    {
        if (Fits(0, heldBlocks, remainingRounds, blocksTotal)) return 0;
        for (var i = 0; i < Count; i++)
        {
            var isLastOfEquals = i == Count - 1 || _ends[i + 1] > _ends[i];
            if (isLastOfEquals && Fits(_ends[i], heldBlocks, remainingRounds, blocksTotal)) return _ends[i];
        }

        return null;
    }

    private void MakeRoom()
    {
        if (Count < _ends.Length) return;
        Array.Resize(ref _ends, Count * 2);
        Array.Resize(ref _heldBlocks, Count * 2);
    }

    private long Grown(int rounds) => KvTrapezoid.BlocksFor(rounds, _blockSizeTokens);
}
