using System.Text.RegularExpressions;
using Kantor.Cli.Tests.Repository;

namespace Kantor.Cli.Tests.Scenarios;

/// <summary>docs/scenarios.md says what the reader of scenarios knows, no more and no less.</summary>
public partial class ScenarioPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "scenarios.md"));

    [Fact]
    public void The_page_lists_every_key_that_is_known_and_no_other()
    {
        var known = KeyTable.Render();
        File.WriteAllText("/tmp/known.md", known);
        Assert.InRange(known.Split("\n| `").Length, 150, 1000);
        Assert.Equal(known, Page[Page.IndexOf("### The file", StringComparison.Ordinal)..]);
    }

    [Fact]
    public void The_page_shows_the_examples_as_they_are()
    {
        foreach (var example in Scenarios.Examples) Assert.Contains($"```yaml\n{File.ReadAllText(Scenarios.PathOf(example))}```", Page);
    }

    [Fact]
    public void The_errors_that_the_page_shows_are_those_that_are_said()
    {
        var shown = Wrong().Match(Page);
        Assert.True(shown.Success);
        var problems = Scenarios.ProblemsOf(shown.Groups["text"].Value).Select(problem => "wrong.yaml:" + problem);
        Assert.Equal(problems, shown.Groups["problems"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("wrong.yaml:", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"```yaml\n(?<text># wrong\.yaml\n[^`]*)```[^`]*```text\n(?<problems>[^`]*)```", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Wrong();
}
