using Kantor.Bounds.Facts;
using Kantor.Core.Randomness;
using Kantor.Tests.Shared;

namespace Kantor.Bounds.Tests.Facts;

public class BestHitsTests
{
    private const int BlockTokens = 16;

    [Fact]
    public void A_prefix_counts_as_far_as_another_prompt_has_it_whoever_comes_first() => Assert.Equal(
        [32, 32, 0], BestHits.Of([Prompt(0, 100, 1, 2, 3), Prompt(50, 100, 1, 2, 4), Prompt(60, 100, 2, 3)]));

    [Fact]
    public void Equal_blocks_behind_unlike_ones_are_no_prefix() =>
        Assert.Equal([0, 0], BestHits.Of([Prompt(0, 100, 1, 9), Prompt(0, 100, 2, 9)]));

    [Fact]
    public void Who_comes_after_the_deadline_of_a_prompt_gives_it_nothing_and_is_given() =>
        Assert.Equal([0, 32], BestHits.Of([Prompt(0, 10, 1, 2), Prompt(11, 100, 1, 2, 3)]));

    [Fact]
    public void A_prompt_always_computes_a_token() => Assert.Equal([31, 31], BestHits.Of([Prompt(0, 9, 1, 2), Prompt(0, 9, 1, 2)]));

    [Fact]
    public void Unknown_content_is_never_found() => Assert.Equal([0, 0], BestHits.Of([Prompt(0, 9), Prompt(0, 9)]));

    /// <summary>Against the definition, pair by pair.</summary>
    [Fact]
    public void It_is_the_longest_common_prefix_with_any_other_in_time() => TestSeed.Each(100, seed =>
    {
        var random = new RandomStream(seed, "hits");
        PromptBlocks[] prompts =
        [
            .. Enumerable.Range(0, 12).Select(_ => Prompt(
                random.NextInt(50), 20, [.. Enumerable.Range(0, 1 + random.NextInt(5)).Select(_ => random.NextInt(2))])),
        ];
        int[] expected =
        [
            .. prompts.Select((one, index) => Math.Min(
                one.PromptTokens - 1,
                prompts.Where((other, place) => place != index && other.ArrivalUs <= one.OtherByUs)
                    .Select(other => BlockTokens * Common(one.Ids.Span, other.Ids.Span)).Max())),
        ];
        Assert.Equal(expected, BestHits.Of(prompts));
    });

    private static int Common(ReadOnlySpan<int> one, ReadOnlySpan<int> other) => one.CommonPrefixLength(other);

    private static PromptBlocks Prompt(long atUs, long patienceUs, params int[] ids) =>
        new(atUs, atUs + patienceUs, Math.Max(1, ids.Length * BlockTokens), ids, BlockTokens);
}
