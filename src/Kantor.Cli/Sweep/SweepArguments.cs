using System.Globalization;
using Kantor.Cli.Simulate;

namespace Kantor.Cli.Sweep;

/// <summary>The options of <c>kantor sweep</c> as they were typed; null where not given.</summary>
internal sealed record SweepArguments
{
    /// <summary>Those of a simulation; rate scale, replicas, step tokens, KV tokens and seed are lists here.</summary>
    public required SimulateArguments Grid { get; init; }

    public string? Html { get; init; }

    public string? Threads { get; init; }

    /// <summary>The command line that gives the same figures: without reports, threads and whether steps are leapt, quoted for a POSIX shell.</summary>
    public string Command
    {
        get
        {
            (string Option, string? Value)[] typed =
            [
                ("--trace", Grid.Trace), ("--policy", Grid.Policy), ("--routing", Grid.Routing), ("--replicas", Grid.Replicas), ("--profile", Grid.Profile),
                ("--rate-scale", Grid.RateScale), ("--seed", Grid.Seed), ("--slo", Grid.Slo), ("--step-tokens", Grid.StepTokens), ("--running-max", Grid.RunningMax),
                ("--kv-tokens", Grid.KvTokens), ("--block-size", Grid.BlockSize), ("--max-tokens", Grid.MaxTokens), ("--predictor", Grid.Predictor),
                ("--limit", Grid.Limit), ("--spread-batches", Grid.SpreadBatches),
            ];
            string[] flags = [.. Grid.NoPrefixCache ? ["--no-prefix-cache"] : Array.Empty<string>(), .. Grid.SkipBadLines ? ["--skip-bad-lines"] : Array.Empty<string>()];
            return string.Join(' ', ["kantor sweep", .. typed.Where(option => option.Value is not null).Select(option => $"{option.Option} {Quoted(option.Value!)}"), .. flags]);
        }
    }

    private static string Quoted(string value) =>
        value.Length > 0 && value.All(character => char.IsAsciiLetterOrDigit(character) || "_-./,:=+@%".Contains(character, StringComparison.Ordinal))
            ? value
            : string.Create(CultureInfo.InvariantCulture, $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'");
}
