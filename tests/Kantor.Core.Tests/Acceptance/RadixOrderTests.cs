using Kantor.Core.Kv;
using Kantor.Core.Randomness;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Acceptance;

/// <summary>
/// SGLang, arXiv 2312.07104, section 3: with a cache as large as the longest request, visiting requests in depth-first order of their prefix
/// tree computes every token of the tree once, and taking the longest cached prefix first does the same (research notes, scheduling 15a).
/// </summary>
public class RadixOrderTests
{
    private const int Tries = 60;
    private const int RandomOrders = 30;

    [Fact]
    public void Depth_first_order_computes_every_token_of_the_tree_once__INV_KV_7()
    {
        TestSeed.Each(Tries, seed =>
        {
            var requests = Requests(seed);
            Assert.Equal(DistinctTokens(requests), Computed(requests.Order(Comparer<int[]>.Create(Lexicographic))));
        });
    }

    [Fact]
    public void Longest_cached_prefix_first_computes_as_little__INV_KV_7()
    {
        TestSeed.Each(Tries, seed =>
        {
            var requests = Requests(seed);
            Assert.Equal(DistinctTokens(requests), ComputedGreedily(requests));
        });
    }

    [Fact]
    public void No_random_order_computes_less_and_most_compute_much_more()
    {
        var ratios = new List<double>();
        TestSeed.Each(Tries, seed =>
        {
            var requests = Requests(seed);
            var random = new RandomStream(seed, "order");
            var best = Enumerable.Range(0, RandomOrders).Min(_ => Computed(Shuffled(requests, random)));
            Assert.True(best >= DistinctTokens(requests));
            ratios.Add((double)best / DistinctTokens(requests));
        });

        Assert.True(ratios.Average() > 1.2, $"the best random orders compute {ratios.Average():F2} times as much");
    }

    private static List<int[]> Requests(ulong seed)
    {
        var random = new RandomStream(seed, "trie");
        var requests = new List<int[]>();
        for (var i = 0; i < 25; i++)
        {
            // Most of them extend a prefix of an earlier one, so that the tree branches at all depths.
            var shared = requests.Count > 0 && random.NextInt(8) > 0 ? requests[random.NextInt(requests.Count)] : [];
            var kept = shared.Length == 0 ? 0 : (shared.Length / 2) + random.NextInt((shared.Length + 1) / 2 + 1);
            requests.Add([.. shared[..kept], .. Enumerable.Range(0, 1 + random.NextInt(8)).Select(_ => random.NextInt(3))]);
        }

        return requests;
    }

    private static long DistinctTokens(List<int[]> requests) =>
        requests.SelectMany(request => Enumerable.Range(1, request.Length).Select(length => string.Join(',', request[..length]))).Distinct().Count();

    private static KvLedger Cache(IEnumerable<int[]> requests) =>
        new(new KvLedgerOptions { BlocksTotal = requests.Max(request => request.Length), BlockSizeTokens = 1 });

    private static long Computed(IEnumerable<int[]> order)
    {
        var requests = order.ToList();
        var cache = Cache(requests);
        return requests.Sum(request => Serve(cache, request));
    }

    private static long ComputedGreedily(List<int[]> requests)
    {
        var cache = Cache(requests);
        var (left, computed) = (requests.ToList(), 0L);
        while (left.Count > 0)
        {
            var next = left.MaxBy(request => cache.Probe(TokenContent.FromTokens(request), default, request.Length).Tokens)!;
            left.Remove(next);
            computed += Serve(cache, next);
        }

        return computed;
    }

    private static int Serve(KvLedger cache, int[] request)
    {
        Assert.True(cache.TryOpen(TokenContent.FromTokens(request), default, request.Length, out var sequence, out var hitTokens));
        Assert.True(cache.TryGrow(sequence, request.Length));
        cache.Commit(sequence, request.Length);
        cache.Close(sequence);
        return request.Length - hitTokens;
    }

    private static List<int[]> Shuffled(List<int[]> requests, RandomStream random)
    {
        var order = requests.ToList();
        for (var i = order.Count - 1; i > 0; i--)
        {
            var j = random.NextInt(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static int Lexicographic(int[]? left, int[]? right) => left.AsSpan().SequenceCompareTo(right.AsSpan());
}
