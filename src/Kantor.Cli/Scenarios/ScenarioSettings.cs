using Kantor.Cli.Policies;
using Kantor.Cli.Shell;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Scenarios;

/// <summary>What is typed beside a scenario file, which describes everything but where reports go.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reports">Reports by option, and where they go.</param>
/// <param name="Leaps">Whether equal steps are advanced at once.</param>
/// <param name="Command">How to get the same figures again.</param>
internal sealed record ScenarioSettings(string Path, IReadOnlyList<(string Option, string Path)> Reports, bool Leaps, string Command)
{
    /// <summary>Folder that the file's own file names are relative to.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!;

    /// <summary>Whether the standard output belongs to a report, so that the table goes to standard error.</summary>
    public bool ReportTakesStandardOutput => Reports.Any(report => report.Path == ReportFile.StandardOutput);

    /// <summary>The settings of a command line with <c>--scenario</c>.</summary>
    /// <exception cref="UsageException">Other options are there that the file has the word about, or two reports go to one file; all of them are named.</exception>
    public static ScenarioSettings Parse(SimulateArguments typed)
    {
        var path = typed.Scenario!;
        (string Option, string? Path)[] reports = [("--json", typed.Json), ("--csv", typed.Csv), ("--html", typed.Html)];
        var given = reports.Where(report => report.Path is not null).Select(report => (report.Option, Path: report.Path!)).ToArray();
        var errors = typed.Given.Where(option => option.Option is not ("--scenario" or PolicyAssembly.Option)).Select(option => $"{option.Option} cannot be given with --scenario: the file describes the run completely. Write it there.").ToList();
        if (string.IsNullOrWhiteSpace(path)) errors.Add("--scenario needs a file name.");
        errors.AddRange(given.Where(report => string.IsNullOrWhiteSpace(report.Path)).Select(report => $"{report.Option} needs a file name."));
        errors.AddRange(given.GroupBy(report => report.Path).Where(same => same.Count() > 1).Select(same => $"{string.Join(" and ", same.Select(report => report.Option))} both write to '{same.Key}'; give them different files."));
        if (errors.Count > 0) throw new UsageException(string.Join(Environment.NewLine + "kantor: ", errors));
        return new ScenarioSettings(path, given, !typed.NoLeap, typed.CommandOf("simulate"));
    }
}
