using Kantor.Core.Catalogue;

namespace Kantor.Core.Batching.Policies.Retraction;

/// <summary>Options of <see cref="SglangPlanner"/>.</summary>
public sealed record SglangOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SglangOptions>> Keys { get; } =
    [
        Option.Number<SglangOptions>(
            "conservativeness", Interval.Above(0, 100), options => options.Conservativeness,
            (options, factor) => options with { Conservativeness = factor },
            "factor of the share of declared outputs for which room is kept"),
        Option.Whole<SglangOptions>(
            "clip-tokens", 1, 100_000_000, options => options.ClipTokens, (options, tokens) => options with { ClipTokens = tokens },
            "most output tokens of a request for which room is kept"),
        Option.Whole<SglangOptions>(
            "decay-steps", 1, 1_000_000, options => options.DecaySteps, (options, steps) => options with { DecaySteps = steps },
            "steps in which that share falls from its first to its least value"),
    ];

    /// <summary>Factor of the share of declared outputs for which room is kept, above 0.</summary>
    public double Conservativeness { get; init; } = 1;

    /// <summary>Most output tokens of a request for which room is kept, at least 1.</summary>
    public int ClipTokens { get; init; } = 4_096;

    /// <summary>Steps in which the share falls from its first to its least value, at least 1.</summary>
    public int DecaySteps { get; init; } = 600;

    /// <summary>Share of declared outputs for which room is kept at first.</summary>
    internal double RatioFirst => Math.Min(1, 0.7 * Conservativeness);

    /// <summary>The least share.</summary>
    internal double RatioMin => 0.14 * RatioFirst;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Conservativeness);
        ArgumentOutOfRangeException.ThrowIfLessThan(ClipTokens, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(DecaySteps, 1);
    }
}
