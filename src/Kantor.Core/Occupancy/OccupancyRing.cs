namespace Kantor.Core.Occupancy;

/// <summary>
/// Form C of the feasibility check: booked blocks per coming round, in a ring over absolute rounds (theory canon 2.2). Starting, ending or
/// revising a request costs its remaining rounds, passing a round costs nothing. Exact for every block size.
/// </summary>
public sealed class OccupancyRing
{
    private readonly long[] _booked;
    private readonly int _blockSizeTokens;
    private long _round;

    /// <summary>A ring that looks <paramref name="horizonRounds"/> rounds ahead, at least 1.</summary>
    public OccupancyRing(int horizonRounds, int blockSizeTokens)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizonRounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSizeTokens, 1);
        _booked = new long[horizonRounds];
        _blockSizeTokens = blockSizeTokens;
    }

    /// <summary>Rounds that it looks ahead; no request may remain for longer.</summary>
    public int HorizonRounds => _booked.Length;

    /// <summary>Blocks booked for the coming round <paramref name="ahead"/>, counted from 1.</summary>
    public long BookedIn(int ahead) => _booked[IndexOf(ahead)];

    /// <summary>Whether the request can start now and never meets more than <paramref name="blocksTotal"/> blocks in all.</summary>
    public bool Fits(in KvTrapezoid request, long blocksTotal)
    {
        CheckHorizon(request);
        for (var ahead = 1; ahead <= request.RemainingRounds; ahead++)
        {
            if (_booked[IndexOf(ahead)] + request.BlocksIn(ahead, _blockSizeTokens) > blocksTotal) return false;
        }

        return true;
    }

    /// <summary>Books the request's remaining rounds.</summary>
    public void Add(in KvTrapezoid request) => Book(request, 1);

    /// <summary>Takes the request's remaining rounds back: it ended early, or its length is being revised.</summary>
    public void Remove(in KvTrapezoid request) => Book(request, -1);

    /// <summary>The most blocks booked in any coming round.</summary>
    public long Peak()
    {
        var peak = 0L;
        foreach (var booked in _booked) peak = Math.Max(peak, booked);
        return peak;
    }

    /// <summary>One round passes: what was booked for it is over.</summary>
    public void Advance()
    {
        _booked[IndexOf(1)] = 0;
        _round++;
    }

    private void Book(in KvTrapezoid request, int sign)
    {
        CheckHorizon(request);
        for (var ahead = 1; ahead <= request.RemainingRounds; ahead++)
        {
            _booked[IndexOf(ahead)] += sign * request.BlocksIn(ahead, _blockSizeTokens);
        }
    }

    private int IndexOf(int ahead) => (int)((_round + ahead) % _booked.Length);

    private void CheckHorizon(in KvTrapezoid request)
    {
        if (request.RemainingRounds <= HorizonRounds) return;
        throw new ArgumentOutOfRangeException(nameof(request), request.RemainingRounds, $"The ring looks {HorizonRounds} rounds ahead.");
    }
}
