namespace Kantor.Core.Batching.Parts;

/// <summary>What it costs to serve requests as one group, padded to the longest of them.</summary>
public interface IGroupCost
{
    /// <summary>
    /// Whether so many requests, the longest of which has so many tokens, may be one group. One that holds for a group holds for smaller
    /// ones; a single request always may.
    /// </summary>
    bool Fits(int requests, int longestTokens);

    /// <summary>Cost of the group; it grows with both.</summary>
    double Of(int requests, int longestTokens);
}

/// <summary>
/// The cheapest way to cut requests, sorted by length, into groups of neighbours: F(i) = min over j of F(j − 1) + cost(i − j + 1, length i)
/// (SCLS, arXiv 2406.13511, its batching by dynamic programming; research notes, scheduling 9).
/// </summary>
/// <remarks>
/// No other groups are cheaper: where a group holds a shorter request than another whose longest is shorter than its own, exchanging the
/// two changes neither size and lengthens neither group. Takes n times the largest group.
/// </remarks>
public static class LengthGroups
{
    /// <summary>
    /// Writes the end of each group, exclusive and in order, to the front of <paramref name="ends"/> and returns how many there are.
    /// <paramref name="ascendingTokens"/> are the lengths; the work space <paramref name="costs"/> has one place more, and its last one
    /// then holds the cost in sum.
    /// </summary>
    /// <exception cref="ArgumentException">A span has the wrong length.</exception>
    public static int Partition<TCost>(ReadOnlySpan<int> ascendingTokens, in TCost cost, Span<double> costs, Span<int> ends)
        where TCost : struct, IGroupCost
    {
        if (costs.Length != ascendingTokens.Length + 1)
        {
            throw new ArgumentException($"{costs.Length} places for {ascendingTokens.Length} lengths; one more is right.", nameof(costs));
        }

        if (ends.Length < ascendingTokens.Length)
        {
            throw new ArgumentException($"{ends.Length} places for up to {ascendingTokens.Length} groups.", nameof(ends));
        }

        costs[0] = 0;
        // Until they are known, ends[i] holds the first request of the group that ends with i.
        for (var last = 0; last < ascendingTokens.Length; last++) FindGroup(ascendingTokens[last], cost, costs, ends, last);
        return Recover(ends, ascendingTokens.Length);
    }

    private static void FindGroup<TCost>(int tokens, in TCost cost, Span<double> costs, Span<int> firsts, int last)
        where TCost : struct, IGroupCost
    {
        costs[last + 1] = costs[last] + cost.Of(1, tokens);
        firsts[last] = last;
        for (var first = last - 1; first >= 0 && cost.Fits(last - first + 1, tokens); first--)
        {
            var sum = costs[first] + cost.Of(last - first + 1, tokens);
            if (sum > costs[last + 1]) continue;
            costs[last + 1] = sum;
            firsts[last] = first;
        }
    }

    /// <summary>Follows the groups from the last one back, and turns them round.</summary>
    private static int Recover(Span<int> ends, int requests)
    {
        var groups = 0;
        for (var end = requests; end > 0; groups++)
        {
            var first = ends[end - 1];
            // Places at the back are read no more once their group is known.
            ends[requests - 1 - groups] = end;
            end = first;
        }

        ends.Slice(requests - groups, groups).CopyTo(ends);
        return groups;
    }
}
