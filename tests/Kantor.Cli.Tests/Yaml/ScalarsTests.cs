using Kantor.Cli.Yaml;

namespace Kantor.Cli.Tests.Yaml;

public class ScalarsTests
{
    [Theory]
    [InlineData("2s", 2_000_000)]
    [InlineData("1.1ms", 1_100)]
    [InlineData("50 us", 50)]
    [InlineData("1.5min", 90_000_000)]
    [InlineData("1h", 3_600_000_000)]
    [InlineData("0s", 0)]
    public void Durations_are_whole_microseconds(string text, long us) => Assert.Equal(us, Read(Scalars.Duration(0, 3_600_000_000), text));

    [Theory]
    [InlineData("2")]
    [InlineData("-1s")]
    [InlineData("1.5us")]
    [InlineData("2S")]
    [InlineData("2  s")]
    [InlineData("s")]
    [InlineData("1e3ms")]
    [InlineData("61min")]
    [InlineData("99999999999999999999999999999999h")]
    public void What_is_no_duration_in_range_is_refused_with_the_range(string text)
    {
        var problems = new Problems();
        Assert.False(Scalars.Duration(0, 3_600_000_000).TryRead(new YamlScalar(new Place(3, 4), text, false), "a.b", problems, out _));
        Assert.Equal($"f:3:4: a.b: is '{text}'; right is a duration from 0s to 1h in h, min, s, ms or us, such as 200ms.", Assert.Single(problems.InOrder).In("f"));
    }

    [Fact]
    public void Numbers_and_truth_values_are_not_taken_from_quotes()
    {
        foreach (var refused in (bool[])[Takes(Scalars.Whole(0, 9), "4", isQuoted: true), Takes(Scalars.Flag, "true", isQuoted: true), Takes(Scalars.Flag, "yes"), Takes(Scalars.Whole(0, 9), "4.0"), Takes(Scalars.Number(0, 9), "NaN"), Takes(Scalars.Number(0, 9), "")]) Assert.False(refused);
        foreach (var taken in (bool[])[Takes(Scalars.Whole(0, 9), "4"), Takes(Scalars.Flag, "false"), Takes(Scalars.Number(0, 9), "4e-1"), Takes(Scalars.Text("a name"), "4", isQuoted: true)]) Assert.True(taken);
    }

    [Theory]
    [InlineData("replcias", "replicas", 1)]
    [InlineData("step", "steps", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Edits_are_counted_with_swaps(string from, string to, int edits)
    {
        Assert.Equal(edits, Nearest.Edits(from, to));
        Assert.Equal(edits, Nearest.Edits(to, from));
    }

    [Fact]
    public void A_word_that_is_far_from_all_gets_no_guess()
    {
        Assert.Equal(" Did you mean 'replicas'?", Nearest.Hint("replica", ["profile", "replicas"]));
        Assert.Equal("", Nearest.Hint("zzzzzzzz", ["profile", "replicas"]));
        Assert.Equal("", Nearest.Hint(new string('x', 1000), ["profile"]));
    }

    private static T Read<T>(Shape<T> shape, string text)
    {
        Assert.True(shape.TryRead(new YamlScalar(new Place(1, 1), text, false), "", new Problems(), out var value));
        return value;
    }

    private static bool Takes<T>(Shape<T> shape, string text, bool isQuoted = false) => shape.TryRead(new YamlScalar(new Place(1, 1), text, isQuoted), "", new Problems(), out _);
}
