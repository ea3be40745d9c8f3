using System.Globalization;
using Kantor.Core.Prediction;

namespace Kantor.Reports.Comparisons;

/// <summary>How good beliefs about lengths were when requests arrived (<see cref="LengthScore"/>).</summary>
/// <param name="Error">Sum of the deviations of the believed means as a share of the sum of lengths.</param>
/// <param name="Coverage">Share of lengths that did not exceed the upper belief, which predictors mean to be their quantile.</param>
/// <param name="GoodDecisions">Share of pairs that the beliefs put in the right order; 0.5 when they say nothing.</param>
public sealed record BeliefQuality(double Error, double Coverage, double GoodDecisions)
{
    /// <summary>Names of the columns of <see cref="Cells"/>.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["error", "covered", "good order"];

    /// <summary>The figures of a score; null for none, without answers, and where all are equally long.</summary>
    public static BeliefQuality? Of(LengthScore? score) =>
        score is { ErrorShare: { } error, Coverage: { } coverage } && score.GoodDecisions() is { } good
            ? new(Math.Round(error, 6), Math.Round(coverage, 6), Math.Round(good, 6))
            : null;

    /// <summary>The mean of several; null of none.</summary>
    public static BeliefQuality? MeanOf(IReadOnlyList<BeliefQuality> all) => all.Count == 0
        ? null
        : new(all.Average(one => one.Error), all.Average(one => one.Coverage), all.Average(one => one.GoodDecisions));

    /// <summary>The figures as shares.</summary>
    public IReadOnlyList<string> Cells() =>
        [.. ((double[])[Error, Coverage, GoodDecisions]).Select(share => share.ToString("0.0 %", CultureInfo.InvariantCulture))];
}
