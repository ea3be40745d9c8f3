using Kantor.Core.Catalogue;

namespace Kantor.Core.Prediction;

/// <summary>Options of <see cref="PromptHistogramPredictor"/>.</summary>
public sealed record PromptHistogramOptions
{
    /// <summary>The options as they are written.</summary>
    public static IReadOnlyList<OptionKey<PromptHistogramOptions>> Keys { get; } =
    [
        Option.Number<PromptHistogramOptions>(
            "quantile", Interval.Between(0, 1), options => options.Quantile, (options, quantile) => options with { Quantile = quantile },
            "share of outputs that do not exceed the upper belief"),
        Option.Whole<PromptHistogramOptions>(
            "window-max", 1, 1_000_000, options => options.WindowMax,
            (options, most) => options with { WindowMax = most, ObservationsMin = Math.Min(options.ObservationsMin, most) },
            "whole answers that are remembered by class and octave of the prompt"),
        Option.Whole<PromptHistogramOptions>(
            "observations-min", 1, 1_000_000, options => options.ObservationsMin,
            (options, least) => options with { ObservationsMin = least },
            "whole answers of an octave, or of the class, before they are believed; at most window-max"),
        Option.Whole<PromptHistogramOptions>(
            "prior-tokens", 1, 100_000_000, options => options.PriorTokens, (options, tokens) => options with { PriorTokens = tokens },
            "believed output before that"),
    ];

    /// <summary>Share of outputs that do not exceed the upper belief, above 0 and below 1.</summary>
    public double Quantile { get; init; } = 0.9;

    /// <summary>Whole answers that are remembered by class and octave of the prompt, at least 1; the oldest is forgotten.</summary>
    public int WindowMax { get; init; } = 128;

    /// <summary>Whole answers before they are believed, 1 to <see cref="WindowMax"/>.</summary>
    public int ObservationsMin { get; init; } = 16;

    /// <summary>Believed output before that, at least 1.</summary>
    public int PriorTokens { get; init; } = 256;

    /// <summary>More observations are wanted than are remembered.</summary>
    public static OptionFault? Contradiction(PromptHistogramOptions options, PolicySpec written) =>
        options.ObservationsMin > options.WindowMax
        ? new OptionFault(
            "observations-min",
            $"is {options.ObservationsMin}, more than the {options.WindowMax} that are remembered (window-max); right is at most that.")
        : null;

    internal ClassQuantileOptions ForWindow() => new()
    {
        Quantile = Quantile,
        WindowMax = WindowMax,
        ObservationsMin = ObservationsMin,
        PriorTokens = PriorTokens,
    };
}
