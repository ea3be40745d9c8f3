namespace Kantor.Core.Occupancy;

/// <summary>
/// The most KV that a set of requests will hold at once, if each runs on without pause. Between completions usage only grows, so it is
/// enough to look at completions (theory canon 2.2; arXiv 2502.07115, section 4, and arXiv 2401.00588's implementation). Units: blocks.
/// </summary>
public static class PeakOccupancy
{
    /// <summary>Form A: each request's last round in turn. Exact for every block size; quadratic.</summary>
    public static long ByScan(ReadOnlySpan<KvTrapezoid> requests, int blockSizeTokens)
    {
        var peak = 0L;
        foreach (var last in requests)
        {
            var held = 0L;
            foreach (var request in requests) held += request.BlocksIn(last.RemainingRounds, blockSizeTokens);
            peak = Math.Max(peak, held);
        }

        return peak;
    }

    /// <summary>
    /// Form B: requests in descending order of remaining rounds; the k-th completion sees the first k, each grown alike. Linear once
    /// sorted. Exact for blocks of one token; otherwise at most one block per request above form A, never below it.
    /// </summary>
    /// <exception cref="ArgumentException">The requests are not in descending order of remaining rounds.</exception>
    public static long BySorted(ReadOnlySpan<KvTrapezoid> requests, int blockSizeTokens)
    {
        var (held, peak) = (0L, 0L);
        for (var k = 0; k < requests.Length; k++)
        {
            if (k > 0 && requests[k].RemainingRounds > requests[k - 1].RemainingRounds)
            {
                throw new ArgumentException("The requests must be in descending order of remaining rounds.", nameof(requests));
            }

            held += KvTrapezoid.BlocksFor(requests[k].HeldTokens, blockSizeTokens);
            peak = Math.Max(peak, held + ((k + 1) * KvTrapezoid.BlocksFor(requests[k].RemainingRounds, blockSizeTokens)));
        }

        return peak;
    }
}
