using System.Text.Json;

namespace Kantor.Papers.Tests;

public class PapersAppTests
{
    private static readonly Study[] Studies =
    [
        Named("one", new Figure("held", Claim.AtMost(2), 1)),
        Named("two", new Figure("beside", Claim.Beside("much"), 3), new Figure("missed", Claim.AtLeast(2), 1.5) { Finding = "less is drawn" }),
    ];

    [Fact]
    public void A_study_prints_the_papers_figure_beside_ours_and_by_how_much_it_is_missed()
    {
        var (code, output, error) = Run("two");
        Assert.Equal((0, ""), (code, error));
        Assert.Matches(@"(?m)^beside +much +3\.000  –", output);
        Assert.Matches(@"(?m)^missed +2 +≥ 2 +1\.500  missed by 0\.5", output);
        Assert.Contains("* missed: less is drawn", output, StringComparison.Ordinal);
        Assert.DoesNotContain("held", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_every_figure_of_every_study_that_is_asked_for()
    {
        var (code, output, _) = Run("all", "--json", "--quick");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("reduced", json.RootElement.GetProperty("effort").GetString());
        Assert.Equal(["one", "two"], json.RootElement.GetProperty("studies").EnumerateArray().Select(study => study.GetProperty("name").GetString()!));
        var missed = json.RootElement.GetProperty("studies")[1].GetProperty("figures")[1];
        Assert.Equal((0.5, "less is drawn"), (missed.GetProperty("missed_by").GetDouble(), missed.GetProperty("finding").GetString()));
    }

    [Fact]
    public void List_names_every_study()
    {
        var (code, output, _) = Run("list");
        Assert.Equal(0, code);
        Assert.Equal(["one", "two"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public void Help_shows_an_example()
    {
        var (code, output, error) = Run("--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("example: dotnet run -c Release --project bench/papers/Kantor.Papers -- mc-sf", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("three", "There is no study 'three'. Known: one, two.")]
    [InlineData("one --jsn", "'--jsn' is no option")]
    [InlineData("one --markdown", "'--markdown' is no option or lacks its value")]
    [InlineData("--json", "No study is named. Known: one, two.")]
    [InlineData("list one", "'list' stands alone")]
    [InlineData("", "No study is named")]
    public void What_is_not_understood_is_a_usage_error_that_says_what_is_known(string line, string message)
    {
        var (code, output, error) = Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_cannot_be_written_is_an_error_and_no_crash()
    {
        var (code, _, error) = Run("one", "--markdown", Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"), "page.md"));
        Assert.Equal(2, code);
        Assert.NotEmpty(error);
    }

    [Theory]
    [InlineData(0.9, 0.1)]
    [InlineData(1.0, 0.0)]
    [InlineData(2.0, 0.0)]
    [InlineData(2.5, 0.5)]
    public void A_claim_says_by_how_much_it_is_missed(double value, double missed) =>
        Assert.Equal(missed, Claim.Between(1, 2).MissedBy(value)!.Value, 9);

    private static (int Code, string Output, string Error) Run(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = PapersApp.Run(args, Studies, output, error);
        return (code, output.ToString(), args.Length > 1 && code == 0 ? "" : error.ToString());
    }

    private static Study Named(string name, params Figure[] figures) => new(name, "title", "source", "nothing", _ => figures);
}
