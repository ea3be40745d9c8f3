using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kantor.OpenAi.Responses;

namespace Kantor.OpenAi.Tests.Responses;

public class TextOffsetsTests
{
    [Fact]
    public void Lone_continuation_bytes_are_a_character_each() => Assert.Equal([0, 1, 2], Offsets([0x85], [0x85], [0x85]));

    [Fact]
    public void What_follows_a_lone_continuation_byte_is_not_shifted() =>
        Assert.Equal([0, 1, 5, 9], Offsets([0x85], " fox"u8.ToArray(), " fox"u8.ToArray(), " fox"u8.ToArray()));

    [Fact]
    public void Lone_lead_bytes_are_a_character_each() => Assert.Equal([0, 1, 2], Offsets([0xF0], [0xF0], [0xF0]));

    [Fact]
    public void A_character_over_two_tokens_belongs_to_the_first() => Assert.Equal([0, 1, 1], Offsets([0xC3], [0xA9], "x"u8.ToArray()));

    [Fact]
    public void Of_any_bytes_the_offset_is_the_number_of_characters_that_began_before()
    {
        var bytes = Gen.Elements<byte>(0x41, 0x20, 0x80, 0x85, 0x9F, 0xA9, 0xC3, 0xE0, 0xE2, 0x82, 0xAC, 0xF0, 0xF4, 0xFF);
        var tokens = bytes.ArrayOf(3).Or(bytes.ArrayOf(1)).ArrayOf(12);
        Prop.ForAll(Arb.From(tokens), some => Offsets(some).SequenceEqual(BruteForce(some))).Holds();
    }

    private static int[] Offsets(params byte[][] tokens)
    {
        var offsets = new TextOffsets();
        return [.. tokens.Select(token => offsets.Next(token))];
    }

    /// <summary>Decodes everything at once and counts the characters whose first byte stands before the token.</summary>
    private static int[] BruteForce(byte[][] tokens)
    {
        var all = tokens.SelectMany(token => token).ToArray();
        var starts = new List<int>();
        for (var at = 0; at < all.Length;)
        {
            starts.Add(at);
            Rune.DecodeFromUtf8(all.AsSpan(at), out _, out var consumed);
            at += Math.Max(1, consumed);
        }

        var places = tokens.Select((_, index) => tokens.Take(index).Sum(token => token.Length)).ToArray();
        return [.. places.Select(place => starts.Count(start => start < place))];
    }
}
