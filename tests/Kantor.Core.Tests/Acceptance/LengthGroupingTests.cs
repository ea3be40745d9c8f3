using Kantor.Core.Batching;
using Kantor.Core.Batching.Parts;
using Kantor.Core.Randomness;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>
/// SCLS's grouping by dynamic programming (arXiv 2406.13511) against brute force on up to 12 requests, with its own forms of prefill and decode
/// time and its memory rule (research notes, scheduling 9a).
/// </summary>
public class LengthGroupingTests(ITestOutputHelper output)
{
    private const int Instances = 60;

    [Fact]
    public void ACC_9a_the_dynamic_programme_finds_the_cheapest_groups_of_neighbours()
    {
        TestSeed.Each(Instances, seed =>
        {
            var (lengths, cost) = Draw(seed, 12);
            Assert.Equal(CheapestOfNeighbours(lengths, cost), Dynamic(lengths, cost), 6);
        });
    }

    /// <summary>The notes allow a gap of 1 %; there is none, because a group costs what its size and its longest request say.</summary>
    [Fact]
    public void ACC_9a_groups_of_neighbours_cost_no_more_than_any_groups()
    {
        var gaps = new List<double>();
        TestSeed.Each(Instances, seed =>
        {
            var (lengths, cost) = Draw(seed, 10);
            gaps.Add((Dynamic(lengths, cost) / CheapestOfAll(lengths, cost)) - 1);
        });

        gaps.Sort();
        output.WriteLine($"gap to the best of all partitions: median {gaps[Instances / 2]:P3}, worst {gaps[^1]:P3}, {gaps.Count(gap => gap > 1e-9)} of {Instances} above 0");
        Assert.InRange(gaps[0], -1e-9, 1e-9);
        Assert.InRange(gaps[^1], -1e-9, 1e-9);
    }

    private static (int[] Lengths, SliceTime Cost) Draw(ulong seed, int requestsMax)
    {
        var random = new RandomStream(seed, "groups");
        int[] lengths = [.. Enumerable.Range(0, 2 + random.NextInt(requestsMax - 1)).Select(_ => 1 + random.NextInt(1000)).Order()];
        return (lengths, new SliceTime(SliceTokens: 128, MemoryTokens: 1200 + random.NextInt(6000), PromptTokenMs: 0.1 + random.NextDouble(), DecodeMs: 20 * random.NextDouble()));
    }

    private static double Dynamic(int[] lengths, SliceTime cost)
    {
        var (costs, ends) = (new double[lengths.Length + 1], new int[lengths.Length]);
        var groups = LengthGroups.Partition(lengths, cost, costs, ends);
        var (sum, start) = (0.0, 0);
        foreach (var end in ends[..groups])
        {
            Assert.True(cost.Fits(end - start, lengths[end - 1]));
            sum += cost.Of(end - start, lengths[end - 1]);
            start = end;
        }

        Assert.Equal(lengths.Length, start);
        Assert.Equal(sum, costs[^1], 6);
        return sum;
    }

    /// <summary>Every bit says whether a group ends behind that request.</summary>
    private static double CheapestOfNeighbours(int[] lengths, SliceTime cost) => Enumerable.Range(0, 1 << (lengths.Length - 1)).Min(cuts =>
    {
        var (sum, start) = (0.0, 0);
        for (var last = 0; last < lengths.Length; last++)
        {
            if (last < lengths.Length - 1 && (cuts >> last & 1) == 0) continue;
            sum += cost.Fits(last - start + 1, lengths[last]) ? cost.Of(last - start + 1, lengths[last]) : double.PositiveInfinity;
            start = last + 1;
        }

        return sum;
    });

    /// <summary>Over all sets of requests: the group of the longest that is left, and the cheapest of the rest.</summary>
    private static double CheapestOfAll(int[] lengths, SliceTime cost)
    {
        var cheapest = new double[1 << lengths.Length];
        for (var left = 1; left < cheapest.Length; left++)
        {
            cheapest[left] = double.PositiveInfinity;
            var longest = System.Numerics.BitOperations.Log2((uint)left);
            var others = left & ~(1 << longest);
            for (var with = others; ; with = (with - 1) & others)
            {
                var requests = 1 + System.Numerics.BitOperations.PopCount((uint)with);
                if (cost.Fits(requests, lengths[longest])) cheapest[left] = Math.Min(cheapest[left], cheapest[others & ~with] + cost.Of(requests, lengths[longest]));
                if (with == 0) break;
            }
        }

        return cheapest[^1];
    }

    /// <summary>T_serve(N, L) = prefill of N·L tokens + S decodes of N sequences of L to L + S tokens; N·(L + S) tokens of memory.</summary>
    private readonly record struct SliceTime(int SliceTokens, int MemoryTokens, double PromptTokenMs, double DecodeMs) : IGroupCost
    {
        public bool Fits(int requests, int longestTokens) => requests == 1 || requests * (longestTokens + SliceTokens) <= MemoryTokens;

        public double Of(int requests, int longestTokens) => 30 + (PromptTokenMs * requests * longestTokens)
            + (SliceTokens * (DecodeMs + (0.3 * requests) + (0.0004 * requests * (longestTokens + (SliceTokens / 2.0)))));
    }
}
