using System.CommandLine;

namespace Kantor.Cli.Shell;

/// <summary>Options whose values are read as text, to be checked together with all others (<see cref="OptionChecks"/>).</summary>
internal static class TextOption
{
    /// <summary>An option with a text.</summary>
    public static Option<string?> Of(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName };
}
