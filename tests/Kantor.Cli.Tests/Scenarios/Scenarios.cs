using Kantor.Cli.Scenarios;
using Kantor.Cli.Tests.Repository;
using Kantor.Cli.Yaml;

namespace Kantor.Cli.Tests.Scenarios;

/// <summary>Scenario texts and how tests read them.</summary>
internal static class Scenarios
{
    /// <summary>The least that a scenario says.</summary>
    public const string Least = """
        workload:
          sample:
        fleet:
          profile: unit
          policies: [fcfs]

        """;

    /// <summary>Examples of the documentation.</summary>
    public static string[] Examples { get; } = ["colocated.yaml", "disaggregated.yaml"];

    public static string PathOf(string example) => Path.Combine(RepositoryFiles.Root, "docs", "scenarios", example);

    /// <summary>The scenario of a text in which nothing is wrong.</summary>
    public static Scenario Read(string text)
    {
        Assert.True(TryRead(text, out var scenario, out var problems), string.Join('\n', problems.Select(problem => problem.In("x"))));
        return scenario!;
    }

    /// <summary>What is wrong with a text, each as a line without the file.</summary>
    public static string[] ProblemsOf(string text)
    {
        Assert.False(TryRead(text, out _, out var problems));
        Assert.NotEmpty(problems);
        return [.. problems.Select(problem => problem.In("x")[2..])];
    }

    public static bool TryRead(string text, out Scenario? scenario, out IReadOnlyList<Problem> problems)
    {
        var found = new Problems();
        var isRight = ScenarioFile.TryParse(text, file => throw new FormatException($"{file} is not there."), found, out scenario);
        problems = found.InOrder;
        return isRight;
    }
}
