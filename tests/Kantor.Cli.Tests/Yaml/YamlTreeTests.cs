using Kantor.Cli.Yaml;

namespace Kantor.Cli.Tests.Yaml;

public class YamlTreeTests
{
    [Fact]
    public void Nodes_know_where_they_stand()
    {
        var map = Assert.IsType<YamlMap>(Read("# a comment\na: 1\nb:\n  - x\n  - { c: 'y' }\n", out var problems));
        Assert.Equal(0, problems.Count);
        Assert.Equal([("a", new Place(2, 1)), ("b", new Place(3, 1))], map.Entries.Select(entry => (entry.Key, entry.Place)));
        var list = Assert.IsType<YamlList>(map.Entries[1].Value);
        Assert.Equal(new YamlScalar(new Place(4, 5), "x", false), list.Items[0]);
        var inner = Assert.IsType<YamlMap>(list.Items[1]).Entries.Single();
        Assert.Equal((new Place(5, 7), new YamlScalar(new Place(5, 10), "y", true)), (inner.Place, inner.Value));
    }

    [Fact]
    public void A_syntax_error_is_said_with_its_line_and_what_stands_before_is_kept()
    {
        var map = Assert.IsType<YamlMap>(Read("a: 1\nb: [1, 2\nc: 3\n", out var problems));
        Assert.True(problems.IsCutShort);
        Assert.Contains("is not YAML", Assert.Single(problems.InOrder).What);
        Assert.InRange(problems.InOrder[0].Place.Line, 2, 4);
        Assert.Equal("a", map.Entries[0].Key);
    }

    [Theory]
    [InlineData("a: &x [1]\nb: *x\n", "1:4", "2:4")]
    [InlineData("a: &x 1\n<<: *x\n", "1:4", "2:5")]
    [InlineData("a: !!int 1\n", "1:4")]
    [InlineData("a: 1\n---\nb: 2\n", "2:1")]
    [InlineData("a: 1\na: 2\na: 3\n", "2:1", "3:1")]
    [InlineData("? [a, b]\n: 1\n", "1:3")]
    public void What_makes_a_file_mean_more_than_it_says_is_refused_at_its_place(string text, params string[] places)
    {
        Read(text, out var problems);
        Assert.Equal(places, problems.InOrder.Select(problem => $"{problem.Place.Line}:{problem.Place.Column}"));
        Assert.False(problems.IsCutShort);
    }

    [Fact]
    public void A_bomb_of_aliases_stays_as_small_as_it_is_written()
    {
        var bomb = "a: &a [x, x]\n" + string.Concat(Enumerable.Range(1, 40).Select(level => $"{(char)('a' + (level % 26))}{level}: &n{level} [*a, *a]\n"));
        var map = Assert.IsType<YamlMap>(Read(bomb, out var problems));
        Assert.Equal(1 + (3 * 40), problems.Count);
        Assert.All(map.Entries.Skip(1), entry => Assert.All(Assert.IsType<YamlList>(entry.Value).Items, item => Assert.IsType<YamlRefused>(item)));
    }

    [Fact]
    public void Depth_and_size_have_limits()
    {
        Read(new string('[', 100_000), out var deep);
        Assert.Contains($"more than {YamlTree.DepthMax} deep", Assert.Single(deep.InOrder).What);
        Assert.Null(Read(new string('#', YamlTree.CharactersMax + 1), out var large));
        Assert.Contains($"at most {YamlTree.CharactersMax}", Assert.Single(large.InOrder).What);
        Assert.NotNull(Read(string.Concat(Enumerable.Repeat("- ", YamlTree.DepthMax - 1)) + "x", out var allowed));
        Assert.Equal(0, allowed.Count);
    }

    [Theory]
    [InlineData("\t- a")]
    [InlineData("%YAML 9.9\n---\na")]
    [InlineData("a: \"\\q\"")]
    [InlineData("a: 'x")]
    [InlineData("]")]
    [InlineData("a: b: c")]
    [InlineData("--- --- ...")]
    [InlineData("\u0000")]
    [InlineData("&")]
    [InlineData("*")]
    [InlineData("!<")]
    [InlineData("|9999999999999\n x")]
    [InlineData("{a, b: {c")]
    [InlineData("\ud800")]
    public void Garbage_is_a_problem_or_a_value_and_never_another_exception(string text)
    {
        Read(text, out var problems);
        Assert.All(problems.InOrder, problem => Assert.True(problem.Place is { Line: >= 1, Column: >= 1 }));
    }

    private static YamlNode? Read(string text, out Problems problems) => YamlTree.Read(text, problems = new Problems());
}
