namespace Kantor.Cli.Tests.Repository;

/// <summary>
/// No folders of a project form a circle, by what their sources name. The projects of <see cref="WithCircles"/> still have some: one leaves the list
/// when its last circle is broken, and a project that is listed without need fails.
/// </summary>
public class FolderArrowsTests
{
    private static readonly string[] WithCircles = ["Kantor.Server"];

    public static TheoryData<string> Projects() =>
        [.. Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, "src")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_of_a_project_form_a_circle(string project)
    {
        var circles = new FolderArrows(project).Circles();
        Assert.True(circles.Count > 0 == WithCircles.Contains(project), $"{project}:\n{string.Join('\n', circles)}");
    }

    [Fact]
    public void Arrows_between_folders_are_seen()
    {
        var core = new FolderArrows("Kantor.Core");
        Assert.True(core.Uses("Replica", "Batching"));
        Assert.True(core.Uses("Batching/Policies/Arrival", "Batching"));
        Assert.False(core.Uses("Batching", "Replica"));
    }
}
