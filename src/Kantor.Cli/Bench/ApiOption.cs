using System.CommandLine;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Bench;

/// <summary>The option that says which API is spoken.</summary>
internal static class ApiOption
{
    private const string Completions = "completions";
    private const string Chat = "chat";

    /// <summary>The option.</summary>
    public static Option<string?> Option { get; } = TextOption.Of(
        "--api", $"{Completions}|{Chat}",
        "completions sends token ids, so that lengths are exact; chat sends words, about one for a token, and turns with the answers "
        + "before them. Default: completions.");

    /// <summary>Whether conversations are sent.</summary>
    public static bool IsChat(ParseResult parsed) => parsed.GetValue(Option) == Chat;

    /// <summary>What was typed; another word goes to the checks.</summary>
    public static BenchApi Read(ParseResult parsed, OptionChecks checks)
    {
        var typed = parsed.GetValue(Option);
        if (typed is not (null or Completions or Chat)) checks.Add($"--api '{typed}' is unknown; it is {Completions} or {Chat}.");
        return typed == Chat ? BenchApi.Chat : BenchApi.Completions;
    }
}
