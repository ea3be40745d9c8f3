using System.Globalization;
using Kantor.Cli.Policies;
using Kantor.Cli.Shell;

namespace Kantor.Cli.Simulate;

/// <summary>The options of <c>kantor simulate</c> as they were typed; null where not given.</summary>
internal sealed record SimulateArguments
{
    public string? Scenario { get; init; }

    /// <summary>Assemblies with further policies; a scenario file names policies and not where they come from.</summary>
    public string? PolicyAssemblies { get; init; }

    public string? Trace { get; init; }

    public string? Policy { get; init; }

    public string? Routing { get; init; }

    public string? Admission { get; init; }

    public string? Retention { get; init; }

    public string? Replicas { get; init; }

    public string? Profile { get; init; }

    public string? RateScale { get; init; }

    public string? Seed { get; init; }

    public string? Slo { get; init; }

    public string? Objective { get; init; }

    public string? StepTokens { get; init; }

    public string? RunningMax { get; init; }

    public string? KvTokens { get; init; }

    public string? BlockSize { get; init; }

    public string? MaxTokens { get; init; }

    public string? Predictor { get; init; }

    public string? Limit { get; init; }

    public string? SpreadBatches { get; init; }

    public string? Json { get; init; }

    public string? Csv { get; init; }

    public string? Html { get; init; }

    public string? Users { get; init; }

    public string? Think { get; init; }

    public string? Timeout { get; init; }

    public string? Retries { get; init; }

    public bool ClosedLoop { get; init; }

    public bool NoPrefixCache { get; init; }

    public bool NoLeap { get; init; }

    /// <summary>Where what happens is written down; as little part of the run as its reports.</summary>
    public string? EventLog { get; init; }

    public bool SkipBadLines { get; init; }

    /// <summary>Where reports go.</summary>
    public ReportPaths Reports => new(Json, Csv, Html);

    /// <summary>What was typed that decides figures, flags without value: neither reports nor whether steps are leapt.</summary>
    public IEnumerable<(string Option, string? Value)> Given
    {
        get
        {
            (string Option, string? Value)[] typed =
            [
                ("--scenario", Scenario), (PolicyAssembly.Option, PolicyAssemblies),
                ("--trace", Trace), ("--policy", Policy), ("--routing", Routing), ("--admission", Admission), ("--replicas", Replicas),
                ("--profile", Profile),
                ("--rate-scale", RateScale), ("--seed", Seed), ("--slo", Slo), ("--objective", Objective),
                ("--step-tokens", StepTokens), ("--running-max", RunningMax),
                ("--kv-tokens", KvTokens), ("--block-size", BlockSize), ("--retention", Retention), ("--max-tokens", MaxTokens), ("--predictor", Predictor),
                ("--limit", Limit), ("--spread-batches", SpreadBatches),
                ("--users", Users), ("--think", Think), ("--timeout", Timeout), ("--retries", Retries),
            ];
            (string Option, bool IsGiven)[] flags = [
                ("--closed-loop", ClosedLoop), ("--no-prefix-cache", NoPrefixCache), ("--skip-bad-lines", SkipBadLines)];
            return [.. typed.Where(option => option.Value is not null),
                .. flags.Where(flag => flag.IsGiven).Select(flag => (flag.Option, (string?)null))];
        }
    }

    /// <summary>
    /// The command line that gives the same figures: without reports and whether steps are leapt, quoted for a POSIX shell.
    /// </summary>
    public string CommandOf(string verb) =>
        string.Join(
            ' ', [$"kantor {verb}",
            .. Given.Select(option => option.Value is { } value ? $"{option.Option} {Quoted(value)}" : option.Option)]);

    private static string Quoted(string value) =>
        value.Length > 0
            && value.All(character => char.IsAsciiLetterOrDigit(character) || "_-./,:=+@%".Contains(character, StringComparison.Ordinal))
            ? value
            : string.Create(CultureInfo.InvariantCulture, $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'");
}
