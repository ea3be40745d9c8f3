using System.Text.RegularExpressions;

namespace Kantor.Cli.Tests.Repository;

/// <summary>The page of the architecture leads to every room, and to none that is not there.</summary>
public partial class ArchitectureTests
{
    public static TheoryData<string> Projects() =>
        [.. Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, "src")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_page_has_a_line_per_project_with_its_rooms(string project)
    {
        var line = Assert.Single(Lines(), line => line.StartsWith($"| {project["Kantor.".Length..]} |", StringComparison.Ordinal));
        var rooms = RepositoryFiles.Sources($"src/{project}")
            .Select(path => RepositoryFiles.Relative(path).Split('/')).Where(path => path.Length > 3).Select(path => path[2]).Distinct();
        var named = Room().Matches(line.Split('|')[3]).Select(match => match.Groups["name"].Value);
        Assert.Equal(rooms.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static string[] Lines() => File.ReadAllLines(Path.Combine(RepositoryFiles.Root, "docs", "architecture.md"));

    /// <summary>A word in code quotes that is no interface.</summary>
    [GeneratedRegex(@"`(?<name>(?!I[A-Z])[A-Z]\w+)`", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Room();
}
