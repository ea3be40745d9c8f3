using System.CommandLine;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Policies;

/// <summary><c>kantor policies</c>: every policy by name, with its options.</summary>
internal static class PoliciesCommand
{
    private static readonly Option<bool> Markdown = new("--markdown")
    {
        Description = "Write the page docs/policies.md instead of a list.",
    };

    private static readonly Option<string?> Assembly = new(PolicyAssembly.Option)
    {
        Description = "Assemblies with further policies, apart by ','.",
        HelpName = "FILES",
    };

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command(
            "policies",
            "Lists every policy by decision: batch planning, routing, beliefs about lengths, scaling; each with its options, their "
                + "ranges and what\n"
            + "holds without them. What is listed can be written after --policy, --routing and --predictor and in scenario files.\n\n"
            + "Example: kantor policies --policy-assembly my.dll")
        {
            Markdown, Assembly,
        };
        command.SetAction(parsed =>
        {
            KnownPolicies.Add(parsed.GetValue(Assembly));
            Console.Out.Write(
                parsed.GetValue(Markdown) ? PolicyPage.Markdown(KnownPolicies.Shelves) : PolicyPage.Text(KnownPolicies.Shelves));
            return ExitCode.Success;
        });
        return command;
    }
}
