using Kantor.Core.Objectives;
using Kantor.Reports.Runs;

namespace Kantor.Reports.Comparisons;

/// <summary>The one figure by which runs are compared under an objective.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">Its unit; empty where it is a share or a score.</param>
/// <param name="MoreIsBetter">Whether a larger value is the better one.</param>
/// <param name="Of">The figure of a run; null where nothing can be counted.</param>
public sealed record ObjectiveFigure(string Name, string Unit, bool MoreIsBetter, Func<RunReport, double?> Of)
{
    /// <summary>Whether it is a share, 0 to 1.</summary>
    public bool IsShare => Unit == "share";

    /// <summary>
    /// The figure of an objective: of goodput the share of all requests, by the weights of their classes, that met its limits, which does
    /// not depend on how long a run takes to drain as requests a second do; of a latency its seconds; of throughput tokens a second; of a
    /// sum its score.
    /// </summary>
    public static ObjectiveFigure For(Objective objective)
    {
        ArgumentNullException.ThrowIfNull(objective);
        return objective.Terms switch
        {
            [GoodputTerm] => new("within objectives", "share", true, run => run.SloAttainment),
            [LatencyTerm or TailTerm] => new(objective.Terms[0].ToString(), "s", false, run => run.Objective?.Terms[0].Value),
            [ThroughputTerm] => new("throughput", "tokens/s", true, run => run.Objective?.Terms[0].Value),
            _ => new("score", "", true, run => run.Objective?.Value),
        };
    }

    /// <summary>How much of a bound a value reaches: at most 1 when the bound is right, whichever way is better.</summary>
    public double? Ratio(double value, double bound) => MoreIsBetter
        ? bound > 0 ? value / bound : null
        : value > 0 ? bound / value : null;

    /// <summary>Whether one value is better than another.</summary>
    public bool IsBetter(double value, double than) => MoreIsBetter ? value > than : value < than;
}
