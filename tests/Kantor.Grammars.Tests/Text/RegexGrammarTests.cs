using System.Globalization;
using System.Text.RegularExpressions;
using Kantor.Core.Randomness;
using Kantor.Grammars.Syntax;
using Kantor.Grammars.Text;

namespace Kantor.Grammars.Tests.Text;

public class RegexGrammarTests
{
    [Fact]
    public void A_text_is_in_the_language_exactly_when_the_pattern_matches_it_as_a_whole() => TestSeed.Each(300, seed =>
    {
        var random = new RandomStream(seed, "regex");
        var pattern = Pattern(random, 3);
        var grammar = RegexGrammar.Of(pattern);
        var reference = new Regex($"^(?:{pattern})$", RegexOptions.ECMAScript);
        for (var run = 0; run < 30; run++)
        {
            var text = string.Concat(Enumerable.Range(0, random.NextInt(7)).Select(_ => "abc1_-"[random.NextInt(6)]));
            Assert.True(reference.IsMatch(text) == Words.Has(grammar, text), $"'{pattern}' and '{text}'");
        }
    });

    [Fact]
    public void What_is_drawn_from_the_language_matches() => TestSeed.Each(200, seed =>
    {
        var random = new RandomStream(seed, "regex words");
        var pattern = Pattern(random, 3);
        var word = Words.Random(RegexGrammar.Of(pattern), random, 20);
        // The reference takes a character beyond the basic plane for two.
        if (word.Any(char.IsSurrogate)) return;
        Assert.Matches($"^(?:{pattern})$", word);
    });

    [Theory]
    [InlineData("^a", "ab", true)]
    [InlineData("^a", "ba", false)]
    [InlineData("a$", "ba", true)]
    [InlineData("b", "abc", true)]
    [InlineData(@"^\$$", "$", true)]
    [InlineData(@"^[^\d]$", "ä", true)]
    [InlineData(@"^[^\d]$", "7", false)]
    [InlineData(@"^.{2}$", "👍ä", true)]
    [InlineData(@"^\u{1F44D}$", "👍", true)]
    [InlineData(@"^[α-ω]+$", "λόγος", false)]
    [InlineData(@"^[α-ω]+$", "λγς", true)]
    public void Anchors_classes_and_characters_beyond_ascii(string pattern, string text, bool isFound)
    {
        var builder = new GrammarBuilder();
        var node = RegexGrammar.NodeOf(builder, pattern, ranges => CodePoints.Of(builder, ranges));
        Assert.Equal(isFound, Words.Has(builder.Build(node), text));
    }

    [Theory]
    [InlineData("a(?=b)", "look ahead")]
    [InlineData(@"(a)\1", "refers back")]
    [InlineData("(a", "not closed")]
    [InlineData("a)", "closes no group")]
    [InlineData("[b-a]", "no order")]
    [InlineData("a{3,2}", "no range")]
    [InlineData("a{1000000}", "repetitions")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData("a^b", "at the ends only")]
    [InlineData(@"\p{L}", "not supported")]
    [InlineData("[]", "matches nothing")]
    [InlineData(@"\", "middle")]
    public void What_cannot_be_followed_is_refused_and_says_where(string pattern, string says)
    {
        var refusal = Assert.Throws<GrammarException>(() => RegexGrammar.Of(pattern));
        Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
    }

    private static string Pattern(RandomStream random, int depth)
    {
        if (depth == 0) return ((string[])["a", "b", "c", "[ab]", "[^a]", @"\d", @"\w", "."])[random.NextInt(8)];
        return random.NextInt(5) switch
        {
            0 => $"(?:{Pattern(random, depth - 1)}|{Pattern(random, depth - 1)})",
            1 => $"(?:{Pattern(random, depth - 1)}){((string[])["*", "+", "?"])[random.NextInt(3)]}",
            2 => string.Create(CultureInfo.InvariantCulture, $"(?:{Pattern(random, depth - 1)}){{{random.NextInt(3)},{2 + random.NextInt(2)}}}"),
            _ => Pattern(random, depth - 1) + Pattern(random, depth - 1),
        };
    }
}
