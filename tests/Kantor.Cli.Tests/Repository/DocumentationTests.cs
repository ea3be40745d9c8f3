using System.Text.RegularExpressions;

namespace Kantor.Cli.Tests.Repository;

public partial class DocumentationTests
{
    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var broken = Documents()
            .SelectMany(document => Link().Matches(File.ReadAllText(document)).Select(match => (Document: document, Target: match.Groups["target"].Value)))
            .Where(link => !link.Target.Contains("://", StringComparison.Ordinal) && !link.Target.StartsWith('#'))
            .Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(link.Document)!, link.Target.Split('#')[0])))
            .Select(link => $"{RepositoryFiles.Relative(link.Document)} -> {link.Target}");
        Assert.Empty(broken);
    }

    [Fact]
    public void Names_quoted_as_code_in_documents_exist_in_the_sources()
    {
        var known = RepositoryFiles.Sources("src").Concat(RepositoryFiles.Sources("tests"))
            .SelectMany(path => Word().Matches(File.ReadAllText(path)).Select(match => match.Value)).ToHashSet();
        var unknown = Documents()
            .SelectMany(document => CodeWord().Matches(File.ReadAllText(document)).Select(match => match.Groups["name"].Value))
            .Where(name => !known.Contains(name)).Distinct();
        Assert.Empty(unknown);
    }

    [Fact]
    public void Every_invariant_is_named_in_a_test()
    {
        var tests = string.Concat(RepositoryFiles.Sources("tests").Where(path => !path.EndsWith(nameof(DocumentationTests) + ".cs", StringComparison.Ordinal)).Select(File.ReadAllText));
        var ids = InvariantId().Matches(File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "invariants.md"))).Select(match => match.Value).Distinct().ToArray();
        Assert.NotEmpty(ids);
        var unnamed = ids.Where(id => !tests.Contains(id.Replace('-', '_'), StringComparison.Ordinal));
        Assert.Empty(unnamed);
    }

    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryFiles.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(RepositoryFiles.Root, "README.md"));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\b[A-Z]\w+", RegexOptions.CultureInvariant, 5000)]
    private static partial Regex Word();

    /// <summary>A code-quoted word in Pascal case with at least two humps is taken for a name of the sources.</summary>
    [GeneratedRegex(@"`(?<name>I?[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]+)`", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CodeWord();

    [GeneratedRegex(@"INV-[A-Z]+-\d+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InvariantId();
}
