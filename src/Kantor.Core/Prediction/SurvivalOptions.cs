using Kantor.Core.Catalogue;

namespace Kantor.Core.Prediction;

/// <summary>Options of <see cref="SurvivalPredictor"/>.</summary>
public sealed record SurvivalOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<SurvivalOptions>> Keys { get; } =
    [
        Option.Number<SurvivalOptions>(
            "quantile", Interval.Between(0, 1), options => options.Quantile, (options, quantile) => options with { Quantile = quantile },
            "share of outputs that do not exceed the upper belief"),
        Option.WholeOrNone<SurvivalOptions>(
            "half-life", 1, 100_000_000, options => options.HalfLife, (options, ends) => options with { HalfLife = ends },
            "ends of requests of the class after which what was seen counts half; none forgets nothing"),
        Option.Whole<SurvivalOptions>(
            "observations-min", 1, 1_000_000, options => options.ObservationsMin,
            (options, least) => options with { ObservationsMin = least }, "whole answers of a class before they are believed"),
        Option.Whole<SurvivalOptions>(
            "prior-tokens", 1, 100_000_000, options => options.PriorTokens, (options, tokens) => options with { PriorTokens = tokens },
            "believed output before that"),
    ];

    /// <summary>Share of outputs that do not exceed the upper belief, above 0 and below 1.</summary>
    public double Quantile { get; init; } = 0.9;

    /// <summary>Ends of requests of the class after which what was seen counts half, at least 1; null forgets nothing.</summary>
    public int? HalfLife { get; init; } = 1_000;

    /// <summary>Whole answers of a class before they are believed, at least 1.</summary>
    public int ObservationsMin { get; init; } = 8;

    /// <summary>Believed output before that, at least 1.</summary>
    public int PriorTokens { get; init; } = 256;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (!(Quantile is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Quantile), Quantile, "The quantile is above 0 and below 1.");
        }

        if (HalfLife is { } ends) ArgumentOutOfRangeException.ThrowIfLessThan(ends, 1, nameof(HalfLife));
        ArgumentOutOfRangeException.ThrowIfLessThan(ObservationsMin, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(PriorTokens, 1);
    }
}
