using Kantor.Core.Kv;
using Kantor.Core.Requests;

namespace Kantor.Core.Tests.Requests;

public class TokenContentTests
{
    [Fact]
    public void Known_tokens_grow_by_known_tokens()
    {
        var content = TokenContent.FromTokens([1, 2]);
        content.Append(3);
        Assert.Equal([1, 2, 3], content.Keys.ToArray());
        Assert.Equal((3, 3), (content.Count, content.IdentifiedCount));
    }

    [Fact]
    public void After_an_unknown_token_nothing_more_is_identified()
    {
        var content = TokenContent.FromTokens([1, 2]);
        content.AppendUnknown();
        Assert.Equal((3, 2), (content.Count, content.IdentifiedCount));
        Assert.Throws<InvalidOperationException>(() => content.Append(4));
    }

    [Fact]
    public void Many_unknown_tokens_are_as_many_single_ones()
    {
        var content = TokenContent.FromTokens([1, 2]);
        content.AppendUnknown(5);
        content.AppendUnknown(0);
        Assert.Equal((7, 2), (content.Count, content.IdentifiedCount));
        Assert.Throws<ArgumentOutOfRangeException>(() => content.AppendUnknown(-1));
    }

    [Fact]
    public void Contents_begin_alike_as_far_as_they_are_long_known_and_equal()
    {
        var content = TokenContent.FromTokens([1, 2, 3]);
        Assert.True(content.BeginsLike(TokenContent.FromTokens([1, 2, 9]), 2));
        Assert.False(content.BeginsLike(TokenContent.FromTokens([1, 2, 9]), 3));
        Assert.False(content.BeginsLike(TokenContent.FromTokens([1, 2]), 3));
        Assert.False(content.BeginsLike(TokenContent.Opaque(3), 1));
        Assert.True(TokenContent.Opaque(3).BeginsLike(TokenContent.Opaque(5), 3));
        Assert.True(TokenContent.FromBlockIds([7, 8], 4, 8).BeginsLike(TokenContent.FromBlockIds([7, 8, 9], 4, 9), 8));
        Assert.False(TokenContent.FromBlockIds([7, 8], 4, 8).BeginsLike(TokenContent.FromBlockIds([7, 9, 9], 4, 9), 5));
        Assert.False(TokenContent.FromBlockIds([7], 4, 4).BeginsLike(TokenContent.FromTokens([7, 7, 7, 7]), 4));
    }

    [Theory]
    [InlineData(2, 512, 512)]
    [InlineData(1, 512, 513)]
    [InlineData(0, 512, 1)]
    public void Block_ids_must_cover_the_tokens_exactly(int ids, int tokensPerKey, int count) =>
        Assert.Throws<ArgumentException>(() => TokenContent.FromBlockIds(new int[ids], tokensPerKey, count));
}
