namespace Kantor.Papers.Tests;

/// <summary>Every study, reduced, held to the thresholds of its source. What is missed must say why, and what says why must be missed.</summary>
public class StudyTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => [.. StudyList.All.Select(study => study.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_threshold_of_the_source_is_held_or_its_miss_is_a_finding(string name)
    {
        var figures = StudyList.Find(name)!.Measure(Effort.Reduced);
        foreach (var figure in figures) output.WriteLine($"{figure.Quantity}: {figure.Ours:0.####} for {figure.Claim.Said}{(figure.IsMissed ? ", missed" : "")}");
        Assert.NotEmpty(figures);
        Assert.All(figures, figure => Assert.Equal(figure.IsMissed, figure.Finding is not null));
    }

    /// <summary>The page is made by a run of minutes; here only that nobody forgot it.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_has_every_study(string name)
    {
        var study = StudyList.Find(name)!;
        Assert.Contains($"## {study.Title}\n\n`{name}`, {study.Source}. {study.Differs}\n", Page(), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_alike_in_form_and_differ()
    {
        Assert.Equal(StudyList.All.Count, StudyList.All.Select(study => study.Name).Distinct().Count());
        Assert.All(StudyList.All, study => Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)*$", study.Name));
        Assert.All(StudyList.All, study => Assert.DoesNotContain(study.Name, (string[])["all", "list"]));
    }

    private static string Page()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Kantor.slnx"))) return File.ReadAllText(Path.Combine(folder, "docs", "papers.md"));
        }

        throw new InvalidOperationException("Kantor.slnx is not above the test's folder.");
    }
}
