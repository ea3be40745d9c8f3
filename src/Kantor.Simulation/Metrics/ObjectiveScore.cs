using Kantor.Core.Objectives;

namespace Kantor.Simulation.Metrics;

/// <summary>How much of its objective a run reached. More is better; latencies count against it.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Value">The sum of the terms, each times its factor; null when one of them has nothing to be counted from.</param>
/// <param name="Terms">Each term as it is written, with its own value before factor and sign.</param>
public sealed record ObjectiveScore(Objective Objective, double? Value, IReadOnlyList<(string Term, double? Value)> Terms)
{
    /// <summary>The score of requests that ended within so many microseconds.</summary>
    public static ObjectiveScore Of(Objective objective, RequestTotals totals, long makespanUs)
    {
        double? sum = 0;
        foreach (var term in objective.Terms) sum += Sign(term) * term.Factor * ValueOf(term, totals, makespanUs);
        return new ObjectiveScore(
            objective, sum, [.. objective.Terms.Select(term => (term.ToString(), ValueOf(term, totals, makespanUs)))]);
    }

    private static int Sign(ObjectiveTerm term) => term is LatencyTerm or TailTerm ? -1 : 1;

    /// <summary>Requests or tokens per second; seconds of completed requests.</summary>
    private static double? ValueOf(ObjectiveTerm term, RequestTotals totals, long makespanUs) => term switch
    {
        GoodputTerm => makespanUs == 0 ? null : totals.WeightWithinSlo / (makespanUs / 1e6),
        ThroughputTerm => makespanUs == 0 ? null : totals.OutputTokens / (makespanUs / 1e6),
        LatencyTerm latency => LatencyOf(latency.Kind, totals).MeanUs / 1e6,
        TailTerm tail => LatencyOf(tail.Kind, totals).PercentileUs(tail.Percent / 100) / 1e6,
        _ => throw new InvalidOperationException($"There is no value of {term}."),
    };

    private static DurationHistogram LatencyOf(LatencyKind kind, RequestTotals totals) => kind switch
    {
        LatencyKind.Ttft => totals.Ttft,
        LatencyKind.Gap => totals.GapMax,
        LatencyKind.Tpot => totals.Tpot,
        _ => totals.E2e,
    };
}
