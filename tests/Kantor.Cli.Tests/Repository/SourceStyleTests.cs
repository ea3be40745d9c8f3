using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Kantor.Cli.Tests.Repository;

public class SourceStyleTests
{
    private const int FileLinesMax = 500;
    private const int MethodLinesMax = 70;
    private const int MethodLinesMedianMax = 10;

    /// <summary>What would make a policy depend on anything but its view: time, chance, input and output, threads.</summary>
    private static readonly string[] ImpureNames =
    [
        "DateTime", "DateTimeOffset", "Stopwatch", "TimeProvider", "Random", "Guid", "File", "Directory", "Console", "Environment",
        "Thread", "Task", "Monitor", "Interlocked", "Process", "HttpClient", "Socket", "ILogger",
    ];

    [Fact]
    public void No_file_is_longer_than_500_lines()
    {
        var tooLong = RepositoryFiles.Sources("src").Concat(RepositoryFiles.Sources("tests"))
            .Select(path => (Path: RepositoryFiles.Relative(path), Lines: File.ReadAllLines(path).Length))
            .Where(file => file.Lines > FileLinesMax);
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Methods_are_short()
    {
        var lengths = RepositoryFiles.Sources("src")
            .SelectMany(path => RepositoryFiles.Parse(path).DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
                .Select(method => (Where: $"{RepositoryFiles.Relative(path)}: {RepositoryFiles.NameOf(method)}", Lines: RepositoryFiles.LinesOf(method))))
            .OrderBy(method => method.Lines).ToArray();
        var tooLong = lengths.Where(method => method.Lines > MethodLinesMax);
        Assert.Empty(tooLong);
        Assert.InRange(lengths[lengths.Length / 2].Lines, 1, MethodLinesMedianMax);
    }

    [Fact]
    public void Core_names_no_clock_chance_io_or_thread()
    {
        var found = RepositoryFiles.Sources("src/Kantor.Core")
            .SelectMany(path => RepositoryFiles.Parse(path).DescendantNodes().OfType<IdentifierNameSyntax>()
                .Where(name => ImpureNames.Contains(name.Identifier.Text))
                .Select(name => $"{RepositoryFiles.Relative(path)}: {name.Identifier.Text}"));
        Assert.Empty(found);
    }

    [Fact]
    public void Sources_hold_no_unfinished_work()
    {
        string[] marks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception"];
        var found = RepositoryFiles.Sources("src").Concat(RepositoryFiles.Sources("tests"))
            .SelectMany(path => marks.Where(mark => File.ReadAllText(path).Contains(mark, StringComparison.Ordinal))
                .Select(mark => $"{RepositoryFiles.Relative(path)}: {mark}"));
        Assert.Empty(found);
    }

    [Fact]
    public void Test_folders_mirror_source_folders()
    {
        string[] kindsOfTheirOwn = ["Acceptance", "Repository", "EndToEnd", "Native", "Support", "Browser", "Clients"];
        var orphans = Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, "tests"), "Kantor.*.Tests")
            .SelectMany(project => Directory.GetDirectories(project)
                .Select(folder => (Project: Path.GetFileName(project)[..^".Tests".Length], Folder: Path.GetFileName(folder))))
            .Where(entry => entry.Folder is not ("bin" or "obj") && !kindsOfTheirOwn.Contains(entry.Folder))
            .Where(entry => !Directory.Exists(Path.Combine(RepositoryFiles.Root, "src", entry.Project, entry.Folder)));
        Assert.Empty(orphans);
    }

    [Fact]
    public void Main_loops_fit_on_half_a_screen()
    {
        const int halfAScreen = 30;
        (string Path, string Method)[] loops =
        [
            ("src/Kantor.Core/Replica/ReplicaScheduler.cs", "PlanStep"),
            ("src/Kantor.Engine/Loop/EngineLoop.cs", "Step"),
            ("src/Kantor.Engine/Loop/EngineLoop.cs", "ExecutePlan"),
            ("src/Kantor.Simulation/Simulator.cs", "RunToEnd"),
        ];
        foreach (var (path, name) in loops)
        {
            var method = RepositoryFiles.Parse(Path.Combine(RepositoryFiles.Root, path)).DescendantNodes()
                .OfType<MethodDeclarationSyntax>().Single(candidate => candidate.Identifier.Text == name);
            Assert.InRange(RepositoryFiles.LinesOf(method), 1, halfAScreen);
        }
    }
}
