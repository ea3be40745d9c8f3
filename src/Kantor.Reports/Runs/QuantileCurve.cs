using Kantor.Reports.Pages;
using Kantor.Simulation.Metrics;

namespace Kantor.Reports.Runs;

/// <summary>A latency distribution as a curve: a time for each of <see cref="Quantiles"/>.</summary>
/// <param name="Ms">Milliseconds, by quantile.</param>
public sealed record QuantileCurve(IReadOnlyList<double> Ms)
{
    private const int PerDecade = 8;

    /// <summary>Shares of the requests from 0 to 99.9 %, closer together the rarer what is left: 1 − 10^(−k/8).</summary>
    public static IReadOnlyList<double> Quantiles { get; } =
        [.. Enumerable.Range(0, (3 * PerDecade) + 1).Select(step => 1 - Math.Pow(10, -(double)step / PerDecade))];

    /// <summary>An axis of shares, stretched towards 1: 0 is no share, 1 is 90 %, 2 is 99 %.</summary>
    internal static ChartAxis ShareAxis { get; } =
        new(0, 3.15, IsLog: false, ShareOfNines) { TicksGiven = [-Math.Log10(0.5), 1, 2, 3] };

    /// <summary>The curve along <see cref="ShareAxis"/>.</summary>
    internal ChartLine Line(string name, int style) =>
        new(name, style, [.. Ms.Select((ms, index) => new ChartPoint(-Math.Log10(1 - Quantiles[index]), ms))]);

    private static string ShareOfNines(double nines) => ChartAxis.Short(100 * (1 - Math.Pow(10, -nines))) + " %";

    /// <summary>The curve of counted durations; null without any.</summary>
    public static QuantileCurve? Of(DurationHistogram durations) =>
        durations.Count == 0
            ? null
            : new QuantileCurve([.. Quantiles.Select(quantile => Math.Round(durations.PercentileUs(quantile)!.Value / 1000, 3))]);
}

/// <summary>The latency distributions of a run; null where there is nothing.</summary>
/// <param name="Ttft">Time to first token.</param>
/// <param name="Itl">All gaps between tokens.</param>
/// <param name="E2e">Arrival to last token.</param>
public sealed record RunCurves(QuantileCurve? Ttft, QuantileCurve? Itl, QuantileCurve? E2e)
{
    /// <summary>Those of a run.</summary>
    public static RunCurves Of(SimulationResult result) =>
        new(QuantileCurve.Of(result.Totals.Ttft), QuantileCurve.Of(result.Gaps), QuantileCurve.Of(result.Totals.E2e));
}
