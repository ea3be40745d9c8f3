using System.CommandLine;

namespace Kantor.Cli.Tests;

public class CliAppTests
{
    [Fact]
    public void The_help_of_every_verb_has_an_example_that_is_a_command_line_of_it()
    {
        var verbs = Verbs(CliApp.Create(), "kantor").ToArray();
        Assert.InRange(verbs.Length, 10, 100);
        foreach (var (line, command) in verbs)
        {
            var examples = command.Description!.Split('\n').Where(text => text.Contains(line + " ", StringComparison.Ordinal)).ToArray();
            Assert.True(examples.Length > 0, $"{line}: {command.Description}");
            foreach (var example in examples)
            {
                var first = example.Split(" && ")[0];
                var parsed = CliApp.Create().Parse(first[(first.IndexOf("kantor ", StringComparison.Ordinal) + "kantor ".Length)..]);
                Assert.True(parsed.Errors.Count == 0, $"{example}: {string.Join(' ', parsed.Errors.Select(error => error.Message))}");
            }
        }
    }

    /// <summary>Verbs that do something, each with the words that begin its command lines.</summary>
    private static IEnumerable<(string Line, Command Command)> Verbs(Command command, string line) => command.Subcommands.Count == 0
        ? [(line, command)]
        : command.Subcommands.SelectMany(below => Verbs(below, $"{line} {below.Name}"));
}
