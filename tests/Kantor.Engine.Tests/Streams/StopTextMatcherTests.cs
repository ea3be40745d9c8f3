using System.Text;
using Kantor.Core.Randomness;
using Kantor.Engine.Streams;

namespace Kantor.Engine.Tests.Streams;

public class StopTextMatcherTests
{
    [Fact]
    public void One_stop_text_in_any_pieces_cuts_where_it_first_occurs_in_the_whole_text__F4_D12_INV_ENG_5()
    {
        var random = new RandomStream(1, "one stop");
        for (var round = 0; round < 20_000; round++)
        {
            var text = Letters(random, random.NextInt(40));
            var stop = Letters(random, 1 + random.NextInt(5));
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            var (output, hasStopped) = Feed(random, text, stop);
            Assert.Equal(at >= 0, hasStopped);
            Assert.Equal(at >= 0 ? text[..at] : text, output);
        }
    }

    [Fact]
    public void Several_stop_texts_in_any_pieces_cut_where_the_first_to_be_complete_begins()
    {
        var random = new RandomStream(2, "several stops");
        for (var round = 0; round < 10_000; round++)
        {
            var text = Letters(random, random.NextInt(40));
            var stops = Enumerable.Range(0, 3).Select(_ => Letters(random, 1 + random.NextInt(5))).ToArray();
            Assert.Equal(Cut(text, stops), Feed(random, text, stops).Output);
        }
    }

    [Fact]
    public void What_may_begin_a_stop_text_is_held_back_and_nothing_more()
    {
        var matcher = new StopTextMatcher(["STOP"]);
        var output = new StringBuilder();
        matcher.Append("say ST", output);
        Assert.Equal(("say ", 2), (output.ToString(), matcher.HeldCharacters));
        matcher.Append("UMP S", output);
        Assert.Equal("say STUMP ", output.ToString());
        matcher.Finish(output);
        Assert.Equal("say STUMP S", output.ToString());
        Assert.False(matcher.HasStopped);
    }

    [Fact]
    public void Nothing_of_or_after_a_stop_text_is_let_through()
    {
        var matcher = new StopTextMatcher(["STOP"]);
        var output = new StringBuilder();
        matcher.Append("one S", output);
        matcher.Append("TOP two", output);
        matcher.Append("three", output);
        matcher.Finish(output);
        Assert.Equal("one ", output.ToString());
        Assert.True(matcher.HasStopped);
    }

    [Fact]
    public void A_stop_text_longer_than_any_answer_costs_no_more_than_the_answer()
    {
        var stop = new string('a', 200_000) + "b";
        var matcher = new StopTextMatcher([stop]);
        var output = new StringBuilder();
        for (var piece = 0; piece < 10_000; piece++) matcher.Append("aaaa", output);
        Assert.Equal(0, output.Length);
        matcher.Append("c", output);
        Assert.Equal(40_001, output.Length);
    }

    /// <summary>The plain definition: for each end in turn, the longest stop that ends there.</summary>
    private static string Cut(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var longest = stops.Where(stop => text.AsSpan(0, end).EndsWith(stop)).Select(stop => stop.Length).DefaultIfEmpty(0).Max();
            if (longest > 0) return text[..(end - longest)];
        }

        return text;
    }

    private static (string Output, bool HasStopped) Feed(RandomStream random, string text, params string[] stops)
    {
        var matcher = new StopTextMatcher(stops);
        var output = new StringBuilder();
        for (var from = 0; from < text.Length;)
        {
            var count = Math.Min(random.NextInt(5), text.Length - from);
            matcher.Append(text.AsSpan(from, count), output);
            from += count;
        }

        matcher.Finish(output);
        return (output.ToString(), matcher.HasStopped);
    }

    private static string Letters(RandomStream random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + random.NextInt(3))));
}
