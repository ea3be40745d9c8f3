using Kantor.Cli.Simulate;

namespace Kantor.Cli.Compare;

/// <summary>The options of <c>kantor compare</c> as they were typed; null where not given.</summary>
internal sealed record CompareArguments
{
    /// <summary>What a simulation has too; of one rate, seed and routing.</summary>
    public required SimulateArguments Run { get; init; }

    /// <summary>Which decision is compared.</summary>
    public string? Decision { get; init; }

    public string? Policies { get; init; }

    public string? Baseline { get; init; }

    public string? Load { get; init; }

    public string? Knee { get; init; }

    public string? Seeds { get; init; }

    public bool Tune { get; init; }

    public bool Sensitivity { get; init; }

    public string? Threads { get; init; }

    /// <summary>The command line that gives the same figures.</summary>
    public string Command
    {
        get
        {
            (string Option, string? Value)[] own =
            [
                ("--decision", Decision), ("--policies", Policies), ("--baseline", Baseline), ("--load", Load), ("--knee", Knee),
                ("--seeds", Seeds),
            ];
            var typed = own.Where(option => option.Value is not null).Select(option => $"{option.Option} {option.Value}");
            (string Option, bool IsGiven)[] flags = [("--tune", Tune), ("--sensitivity", Sensitivity)];
            return string.Join(' ', [Run.CommandOf("compare"), .. typed, .. flags.Where(flag => flag.IsGiven).Select(flag => flag.Option)]);
        }
    }
}
