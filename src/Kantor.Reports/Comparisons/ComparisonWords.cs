using System.Globalization;
using Kantor.Reports.Sweeps;

namespace Kantor.Reports.Comparisons;

/// <summary>
/// What a reader may conclude from a comparison, in sentences: wins, losses and ties alike, and no more than the replicates show.
/// </summary>
public static class ComparisonWords
{
    private const int NamesMax = 8;

    /// <summary>The sentences, load by load.</summary>
    public static IReadOnlyList<string> Of(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return [.. report.Loads.SelectMany(load => AtLoad(report, load)), .. report.Sensitivity.Select(Of)];
    }

    private static string Of(SensitivityRow row)
    {
        var best = row.Best == row.BestBefore ? $"{row.Best} stays best" : $"{row.Best} is best where {row.BestBefore} was";
        var ranks = row.RankCorrelation is { } correlation
            ? string.Create(CultureInfo.InvariantCulture, $"; rank correlation with the figures above {correlation:0.00}")
            : "";
        return string.Create(CultureInfo.InvariantCulture, $"{row.World}, at {row.Load:0.##} × the knee: {best}{ranks}.");
    }

    /// <summary>A value with its unit.</summary>
    public static string Show(ObjectiveFigure figure, double value) => figure.IsShare
        ? value.ToString("0.0 %", CultureInfo.InvariantCulture)
        : value.ToString(Math.Abs(value) < 10 ? "0.000" : "#,0.0", CultureInfo.InvariantCulture)
            + (figure.Unit.Length > 0 ? " " + figure.Unit : "");

    /// <summary>A difference with its sign; points for shares.</summary>
    public static string ShowDifference(ObjectiveFigure figure, double value) => figure.IsShare
        ? (value * 100).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture)
        : value.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture);

    /// <summary>A band of differences: mean, and the interval where there is one.</summary>
    public static string ShowDifference(ObjectiveFigure figure, SweepBand band) => band.HalfWidth is null
        ? ShowDifference(figure, band.Mean)
        : $"{ShowDifference(figure, band.Mean)} ({ShowDifference(figure, band.Low)} to {ShowDifference(figure, band.High)})";

    private static IEnumerable<string> AtLoad(ComparisonReport report, double load)
    {
        var figure = report.Figure;
        var rows = Ranked(figure, report.Rows.Where(row => row.Load.Equals(load) && row.Value is not null)).ToArray();
        if (rows.Length == 0) yield break;
        var at = string.Create(CultureInfo.InvariantCulture, $"At {load:0.##} × the knee");
        yield return $"{at}: {Leader(figure, rows)}{Share(rows[0])}.";
        if (BaselineOf(report, rows) is not { } baseline || rows.Length == 1) yield break;
        var (better, worse, ties) = Against(figure, rows, baseline);
        yield return $"{at}, against {baseline.Policy} ({Show(figure, baseline.Value!.Value.Mean)}): better {Names(better)}; worse "
            + $"{Names(worse)}; {ties} that differ by less than the noise.";
    }

    /// <summary>Best first; equal ones in the order of the report.</summary>
    public static IEnumerable<ComparisonRow> Ranked(ObjectiveFigure figure, IEnumerable<ComparisonRow> rows) => figure.MoreIsBetter
        ? rows.OrderByDescending(row => row.Value!.Value.Mean)
        : rows.OrderBy(row => row.Value!.Value.Mean);

    /// <summary>The leader alone, or all that the replicates cannot tell from it.</summary>
    private static string Leader(ObjectiveFigure figure, ComparisonRow[] rows)
    {
        var best = rows[0];
        var value = Show(figure, best.Value!.Value.Mean);
        if (best.Runs.Count < 2)
        {
            return $"{best.Policy} has the best value, {value}, on one sample of requests, which tells nothing about others";
        }

        var alike = rows.Skip(1).Where(row => !IsSurely(figure, best, row)).Select(row => row.Policy).ToArray();
        return alike.Length == 0
            ? $"{best.Policy} is best, {value}, beyond what the replicates explain"
            : $"{best.Policy} has the best value, {value}, and {Names(alike)} cannot be told from it";
    }

    private static string Share(ComparisonRow best) => best.Ratio is { } ratio
        ? string.Create(CultureInfo.InvariantCulture, $"; that is {ratio.Mean * 100:0.0} % of what any policy could reach at most")
        : "; no bound is known for this objective";

    private static ComparisonRow? BaselineOf(ComparisonReport report, ComparisonRow[] rows) =>
        Array.Find(rows, row => row.Policy == report.Baseline);

    private static (string[] Better, string[] Worse, int Ties) Against(ObjectiveFigure figure, ComparisonRow[] rows, ComparisonRow baseline)
    {
        var others = rows.Where(row => row.Policy != baseline.Policy).ToArray();
        var sure = others.Where(row => row.DiffersSurely).ToArray();
        var better = sure.Where(row => figure.IsBetter(row.Difference!.Value.Mean, 0)).Select(row => row.Policy).ToArray();
        var worse = sure.Where(row => !figure.IsBetter(row.Difference!.Value.Mean, 0)).Select(row => row.Policy).ToArray();
        return (better, worse, others.Length - sure.Length);
    }

    /// <summary>Whether one is better than another on the same requests beyond what the replicates explain.</summary>
    private static bool IsSurely(ObjectiveFigure figure, ComparisonRow one, ComparisonRow other)
    {
        var theirs = other.Runs.ToDictionary(run => run.Replicate, run => figure.Of(run.Run));
        var differences = one.Runs
            .Select(run => theirs.TryGetValue(run.Replicate, out var value) ? figure.Of(run.Run) - value : null)
            .OfType<double>().ToArray();
        return SweepBand.Of(differences) is { HalfWidth: not null } band && (band.Low > 0 || band.High < 0);
    }

    /// <summary>All of a few names; of many the first, which the tables go on from.</summary>
    private static string Names(string[] names) => names.Length switch
    {
        0 => "none",
        <= NamesMax => string.Join(", ", names),
        _ => $"{string.Join(", ", names.Take(NamesMax))} and {names.Length - NamesMax} more",
    };
}
