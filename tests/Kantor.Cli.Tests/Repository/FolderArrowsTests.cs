namespace Kantor.Cli.Tests.Repository;

/// <summary>No folders of a project form a circle, by what their sources name.</summary>
public class FolderArrowsTests
{
    public static TheoryData<string> Projects() =>
        [.. Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, "src")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_folders_of_a_project_form_a_circle(string project) => Assert.Empty(FolderArrows.Of(project).Circles());

    [Fact]
    public void Arrows_between_folders_are_seen()
    {
        var core = FolderArrows.Of("Kantor.Core");
        Assert.True(core.Uses("Replica", "Batching"));
        Assert.True(core.Uses("Batching/Policies/Arrival", "Batching"));
        Assert.False(core.Uses("Batching", "Replica"));
    }

    [Fact]
    public void A_circle_over_a_third_folder_is_seen()
    {
        (string, string)[] line = [("A/A.cs", "class A { B? b; }"), ("B/B.cs", "class B { C? c; }"), ("C/C.cs", "class C;")];
        Assert.Empty(FolderArrows.Of(line).Circles());
        string[] circle = ["A -> B (A.cs names B)", "B -> C (B.cs names C)", "C -> A (D.cs names A)"];
        Assert.Equal(circle, FolderArrows.Of([.. line, ("C/D.cs", "class D { A? a; }"), ("E/E.cs", "class E { A? a; }")]).Circles());
    }
}
