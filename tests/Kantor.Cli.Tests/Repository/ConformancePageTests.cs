using System.Text.RegularExpressions;

namespace Kantor.Cli.Tests.Repository;

/// <summary>The page of cases says the truth about which of them have a test.</summary>
public partial class ConformancePageTests
{
    [Fact]
    public void Every_case_is_there_once_and_is_tested_exactly_when_the_page_says_so()
    {
        var page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "conformance.md"));
        var cases = Row().Matches(page).Select(match => (Id: match.Groups["id"].Value, State: match.Groups["state"].Value)).ToArray();
        string[] wanted =
        [
            .. from side in ((char Group, int Cases)[])[('C', 12), ('D', 14), ('E', 15), ('F', 13), ('G', 25)]
               from number in Enumerable.Range(1, side.Cases)
               select $"{side.Group}{number}",
        ];
        Assert.Equal(wanted, cases.Select(each => each.Id));
        var named = RepositoryFiles.Sources("tests").SelectMany(path => Name().Matches(File.ReadAllText(path)))
            .SelectMany(match => match.Value.Split('_')).ToHashSet();
        foreach (var (id, state) in cases) Assert.True(state.StartsWith("tested", StringComparison.Ordinal) == named.Contains(id), $"{id}: '{state}'");
    }

    [GeneratedRegex(@"^\| (?<id>[C-G]\d+) \|[^|]*\| (?<state>[^|]*) \|$", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex Row();

    /// <summary>Names of test methods.</summary>
    [GeneratedRegex(@"(?<=public (async Task|void|Task) )[A-Z]\w+", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Name();
}
