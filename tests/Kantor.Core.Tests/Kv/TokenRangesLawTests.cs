using Kantor.Core.Kv;

namespace Kantor.Core.Tests.Kv;

/// <summary>Ranges against a set of tokens, one by one.</summary>
public class TokenRangesLawTests
{
    private const int TokensMax = 40;

    [Fact]
    public void Unions_in_any_order_are_the_set_of_their_tokens() => Laws.HoldForLists(
        operations =>
        {
            var (ranges, backwards, set) = (default(TokenRanges), default(TokenRanges), new HashSet<int>());
            foreach (var (from, to) in Stretches(operations))
            {
                ranges = ranges.Union(TokenRanges.Of(from, to));
                backwards = TokenRanges.Of(from, to).Union(backwards);
                set.UnionWith(Enumerable.Range(from, Math.Max(0, to - from)));
                AssertIs(set, ranges);
            }

            Assert.Equal(ranges, backwards);
            Assert.Equal(ranges, ranges.Union(ranges));
            Assert.Equal(ranges.GetHashCode(), backwards.GetHashCode());
        },
        cases: 100,
        length: 12);

    [Fact]
    public void What_is_cut_off_and_what_is_left_make_the_whole() => Laws.HoldForLists(
        operations =>
        {
            var whole = UnionOf(Stretches(operations));
            for (var cut = 0; cut <= TokensMax; cut++)
            {
                var rest = whole.From(cut);
                AssertIs([.. Tokens(whole).Where(token => token >= cut)], rest);
                var head = Tokens(whole).Where(token => token < cut).Aggregate(default(TokenRanges), (sum, token) => sum.Union(One(token)));
                Assert.True(head.Union(rest) == whole && (head == whole) == rest.IsEmpty, $"{whole} cut at {cut}: {head} and {rest}");
            }
        },
        cases: 50,
        length: 8);

    [Fact]
    public void Equal_sets_have_equal_ranges_and_unequal_ones_do_not() => Laws.HoldForLists(
        operations =>
        {
            var sets = Stretches(operations).Chunk(3).Select(UnionOf).ToArray();
            foreach (var left in sets)
            {
                foreach (var right in sets) Assert.Equal(Tokens(left).SequenceEqual(Tokens(right)), left == right && !(left != right));
            }
        },
        length: 12);

    [Fact]
    public void Ranges_that_touch_are_one_and_those_apart_are_written_apart()
    {
        var ranges = TokenRanges.Of(8, 12).Union(TokenRanges.Of(0, 4));
        Assert.Equal(("[0, 4) [8, 12)", 2, 12), ($"{ranges}", ranges.Count, ranges.End));
        ranges = ranges.Union(TokenRanges.Of(4, 8));
        Assert.Equal(("[0, 12)", 1, 12), ($"{ranges}", ranges.Count, ranges.End));
        Assert.Equal(("", 0, 0), ($"{default(TokenRanges)}", default(TokenRanges).Count, default(TokenRanges).End));
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenRanges.Of(-1, 4));
    }

    private static void AssertIs(HashSet<int> set, TokenRanges ranges)
    {
        Assert.Equal(set.Order(), Tokens(ranges));
        Assert.Equal((set.Count == 0, set.Count == 0 ? 0 : set.Max() + 1), (ranges.IsEmpty, ranges.End));
        // A range begins where a token is and the one before is not.
        Assert.Equal(set.Count(token => !set.Contains(token - 1)), ranges.Count);
        for (var token = 0; token <= TokensMax; token++)
        {
            Assert.Equal(Enumerable.Range(token, TokensMax + 2 - token).First(next => !set.Contains(next)), ranges.FrontierFrom(token));
        }
    }

    private static TokenRanges One(int token) => TokenRanges.Of(token, token + 1);

    private static IEnumerable<int> Tokens(TokenRanges ranges) => Enumerable.Range(0, TokensMax + 1).Where(ranges.Contains);

    private static TokenRanges UnionOf(IEnumerable<(int From, int To)> stretches) =>
        stretches.Aggregate(default(TokenRanges), (sum, stretch) => sum.Union(TokenRanges.Of(stretch.From, stretch.To)));

    private static IEnumerable<(int From, int To)> Stretches(int[] operations) =>
        from operation in operations
        let first = operation % TokensMax
        select (first, Math.Min(TokensMax, first - 1 + (operation / TokensMax % 9)));
}
