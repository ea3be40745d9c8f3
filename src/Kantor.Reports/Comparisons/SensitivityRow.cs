using MathNet.Numerics.Statistics;

namespace Kantor.Reports.Comparisons;

/// <summary>The policies where a constant of the step time is another.</summary>
/// <param name="World">What is other, such as "Prefill +30 %".</param>
/// <param name="Load">Load as a multiple of the knee in the world as it is taken to be; the rate is the same.</param>
/// <param name="Best">The best policy there.</param>
/// <param name="BestBefore">The best one in the world as it is taken to be.</param>
/// <param name="RankCorrelation">Spearman's rank correlation of the policies' values with those in the world as it is taken to be; null
/// for fewer than two policies, and where all are alike.</param>
/// <param name="Values">Each policy with its mean.</param>
public sealed record SensitivityRow(
    string World, double Load, string Best, string BestBefore, double? RankCorrelation, IReadOnlyList<(string Policy, double Mean)> Values)
{
    /// <summary>The row of means over the replicates; policies without one are left out.</summary>
    public static SensitivityRow Of(ComparisonReport report, double load, string world, Func<string, double?> meanOf)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(meanOf);
        (string Policy, double Before, double Now)[] both =
        [
            .. from row in report.Rows
               where row.Load.Equals(load) && row.Value is not null
               let now = meanOf(row.Policy)
               where now is not null
               select (row.Policy, row.Value!.Value.Mean, now.Value),
        ];
        return new SensitivityRow(
            world,
            load,
            BestOf(report.Figure, both.Select(each => (each.Policy, each.Now))),
            BestOf(report.Figure, both.Select(each => (each.Policy, each.Before))),
            CorrelationOf([.. both.Select(each => each.Before)], [.. both.Select(each => each.Now)]),
            [.. both.Select(each => (each.Policy, each.Now))]);
    }

    private static double? CorrelationOf(double[] before, double[] now) =>
        before.Length >= 2 && Correlation.Spearman(before, now) is var found && double.IsFinite(found) ? found : null;

    private static string BestOf(ObjectiveFigure figure, IEnumerable<(string Policy, double Value)> values) => figure.MoreIsBetter
        ? values.MaxBy(each => each.Value).Policy
        : values.MinBy(each => each.Value).Policy;
}
