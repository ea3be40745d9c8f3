using Kantor.Cli.Policies;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Simulate;

/// <summary>
/// A run as a command line describes it: by options, or by a scenario file that describes everything but where reports go.
/// </summary>
internal sealed record RunInput(Scenario Scenario, RunSettings Settings)
{
    /// <summary>The run of a command line.</summary>
    /// <exception cref="UsageException">Something is wrong; the message says all of it.</exception>
    public static RunInput Of(SimulateArguments typed) => typed.Scenario is { } path ? OfFile(path, typed) : OfOptions(typed);

    private static RunInput OfOptions(SimulateArguments typed)
    {
        var compiled = ScenarioFlags.Compile(typed);
        foreach (var note in compiled.Notes) Console.Error.WriteLine($"kantor: {note}");
        UsageException.ThrowIfAny([.. compiled.Errors, .. typed.Reports.Errors()]);
        return new RunInput(compiled.Scenario!, new RunSettings
        {
            Origin = "--trace",
            Reports = typed.Reports,
            Leaps = !typed.NoLeap,
            EventLog = typed.EventLog,
            Certifies = typed.Objective is not null,
            Command = typed.CommandOf("simulate"),
        });
    }

    private static RunInput OfFile(string path, SimulateArguments typed)
    {
        var errors = typed.Given.Where(option => option.Option is not ("--scenario" or PolicyAssembly.Option))
            .Select(option => $"{option.Option} cannot be given with --scenario: the file describes the run completely. Write it there.")
                .ToList();
        if (string.IsNullOrWhiteSpace(path)) errors.Add("--scenario needs a file name.");
        UsageException.ThrowIfAny([.. errors, .. typed.Reports.Errors()]);
        return new RunInput(ScenarioFile.Load(path), new RunSettings
        {
            Origin = $"--scenario {path}",
            Folder = Path.GetDirectoryName(Path.GetFullPath(path))!,
            ScenarioFile = Path.GetFileName(path),
            Reports = typed.Reports,
            Leaps = !typed.NoLeap,
            EventLog = typed.EventLog,
            Command = typed.CommandOf("simulate"),
        });
    }
}
