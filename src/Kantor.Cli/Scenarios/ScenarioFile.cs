using System.Diagnostics.CodeAnalysis;
using System.Text;
using Kantor.Cli.Shell;
using Kantor.Cli.Yaml;
using Kantor.Core.StepTime;
using Kantor.Hardware.Profiles;
using Kantor.Hardware.Published;

namespace Kantor.Cli.Scenarios;

/// <summary>Reads scenario files. All that is wrong with one is said at once.</summary>
internal static class ScenarioFile
{
    private const int ProblemsShown = 1000;
    private const int BytesMax = 4 * YamlTree.CharactersMax;

    /// <summary>The scenario of a file; what should be known about it goes to standard error.</summary>
    /// <exception cref="UsageException">It cannot be read, or something is wrong with it; the message has a line for each
    /// problem.</exception>
    public static Scenario Load(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var found = new Problems();
        if (TryParse(TextOf(path), file => EngineProfileFile.Read(Path.Combine(folder, file)).ToProfile(), found, out var scenario))
        {
            foreach (var note in found.Notes) Console.Error.WriteLine($"kantor: {note.In(path)}");
            return scenario;
        }

        var lines = found.InOrder.Take(ProblemsShown).Select(problem => problem.In(path));
        if (found.Count > ProblemsShown) lines = lines.Append($"… and {found.Count - ProblemsShown} more.");
        var heading = $"--scenario: {found.Count} {(found.Count == 1 ? "problem" : "problems")} in {path}.";
        throw new UsageException(string.Join(Environment.NewLine, [heading, .. lines]));
    }

    /// <summary>
    /// True with the scenario of a text, or false with all that is wrong. Pure but for reading the profiles that are files.
    /// </summary>
    public static bool TryParse(
        string text, Func<string, StepTimeProfile> readProfile, Problems found, [NotNullWhen(true)] out Scenario? scenario)
    {
        scenario = null;
        var root = YamlTree.Read(text, found);
        if (root is not (null or YamlScalar { IsNone: true })) return TryRead(root, readProfile, found, out scenario);
        if (found.Count == 0) found.Add(new Place(1, 1), "", "the file is empty; the keys workload and fleet have to be there.");
        return false;
    }

    /// <summary>
    /// True with the scenario that a tree means, or false with all that is wrong. Every run is judged here, whatever described it.
    /// </summary>
    public static bool TryRead(
        YamlNode root, Func<string, StepTimeProfile> readProfile, Problems found, [NotNullWhen(true)] out Scenario? scenario)
    {
        if (new ScenarioKeys(new ProfileShape(readProfile), found).Shape.TryRead(root, "", found, out scenario) && found.Count == 0)
        {
            RequirePossible(scenario, root.Place, found);
        }

        if (found.Count > 0) scenario = null;
        return scenario is not null;
    }

    /// <summary>The simulator has the last word about its options.</summary>
    private static void RequirePossible(Scenario scenario, Place place, Problems problems)
    {
        try
        {
            scenario.Options(scenario.Fleet.Policies[0].Policy, scenario.Fleet.Routers[0], scenario.Clients.OutputTokensMax ?? 1)
                .Validate();
        }
        catch (ArgumentException wrong)
        {
            problems.Add(place, "", wrong.Message);
        }
    }

    private static string TextOf(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > BytesMax)
            {
                throw new UsageException($"--scenario {path} has {stream.Length} bytes; at most {BytesMax} are read.");
            }
            using var reader = new StreamReader(
                stream, new UTF8Encoding(false, throwOnInvalidBytes: true), detectEncodingFromByteOrderMarks: false);
            return reader.ReadToEnd().TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"--scenario {path} is not UTF-8.");
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"--scenario {path} cannot be read: {wrong.Message}");
        }
    }
}
