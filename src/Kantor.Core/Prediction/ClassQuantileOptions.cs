using Kantor.Core.Catalogue;

namespace Kantor.Core.Prediction;

/// <summary>Options of <see cref="ClassQuantilePredictor"/>.</summary>
public sealed record ClassQuantileOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<ClassQuantileOptions>> Keys { get; } =
    [
        Option.Number<ClassQuantileOptions>(
            "quantile", Interval.Between(0, 1), options => options.Quantile, (options, quantile) => options with { Quantile = quantile },
            "share of outputs that do not exceed the upper belief"),
        // A shorter memory believes what it can remember, unless more is asked for.
        Option.Whole<ClassQuantileOptions>(
            "window-max", 1, 1_000_000, options => options.WindowMax,
            (options, most) => options with { WindowMax = most, ObservationsMin = Math.Min(options.ObservationsMin, most) },
            "finished requests of a class that are remembered"),
        Option.Whole<ClassQuantileOptions>(
            "observations-min", 1, 1_000_000, options => options.ObservationsMin,
            (options, least) => options with { ObservationsMin = least },
            "finished requests of a class before they are believed; at most window-max"),
        Option.Whole<ClassQuantileOptions>(
            "prior-tokens", 1, 100_000_000, options => options.PriorTokens, (options, tokens) => options with { PriorTokens = tokens },
            "believed output before that"),
    ];

    /// <summary>Share of outputs that do not exceed the upper belief, above 0 and below 1.</summary>
    public double Quantile { get; init; } = 0.9;

    /// <summary>Finished requests of a class that are remembered, at least 1; the oldest is forgotten.</summary>
    public int WindowMax { get; init; } = 512;

    /// <summary>Finished requests of a class before they are believed, 1 to <see cref="WindowMax"/>.</summary>
    public int ObservationsMin { get; init; } = 8;

    /// <summary>Believed output before that, at least 1.</summary>
    public int PriorTokens { get; init; } = 256;

    /// <summary>More observations are wanted than are remembered.</summary>
    public static OptionFault? Contradiction(ClassQuantileOptions options, PolicySpec written) =>
        options.ObservationsMin > options.WindowMax
        ? new OptionFault(
            "observations-min",
            $"is {options.ObservationsMin}, more than the {options.WindowMax} that are remembered (window-max); right is at most that.")
        : null;

    /// <summary>Throws when an option is out of range, naming it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        if (!(Quantile is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(Quantile), Quantile, "The quantile is above 0 and below 1.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(WindowMax, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ObservationsMin, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ObservationsMin, WindowMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(PriorTokens, 1);
    }
}
