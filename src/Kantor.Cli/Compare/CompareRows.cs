using Kantor.Reports.Comparisons;
using Kantor.Reports.Sweeps;

namespace Kantor.Cli.Compare;

/// <summary>Which run.</summary>
internal readonly record struct RunKey(string Policy, double Load, string Replicate);

/// <summary>Makes the rows of the report from what is finished.</summary>
/// <param name="outcomes">What is finished.</param>
/// <param name="figure">The figure by which runs are compared.</param>
/// <param name="baseline">What the others are compared with.</param>
/// <param name="replicates">Names of the replicates, in the order of the report.</param>
internal sealed class CompareRows(
    IReadOnlyDictionary<RunKey, Outcome> outcomes, ObjectiveFigure figure, ComparedPolicy baseline, IReadOnlyList<string> replicates)
{
    /// <summary>The row of a policy at a load.</summary>
    public ComparisonRow Of(ComparedPolicy policy, double load)
    {
        var (label, runs) = (policy.Label, Runs(policy.Label, load));
        return new ComparisonRow
        {
            Policy = label,
            Card = policy.Card,
            Load = load,
            Runs = runs,
            Failures = Failures(label, load),
            Value = SweepBand.Of([.. runs.Select(run => figure.Of(run.Run)).OfType<double>()]),
            Difference = label == baseline.Label ? null : SweepBand.Of(Differences(label, load)),
            Ratio = SweepBand.Of([.. runs.Select(RatioOf).OfType<double>()]),
            Cost = Sum([.. replicates.Select(name => Outcome(label, load, name)?.Cost).OfType<DecisionCost>()]),
            IsTuned = policy.IsTuned,
        };
    }

    private ComparedRun[] Runs(string policy, double load) =>
    [
        .. from name in replicates
           let outcome = Outcome(policy, load, name)
           let report = outcome?.Report
           where report is not null
           select new ComparedRun(name, report, outcome.Bound) { Beliefs = outcome.Beliefs },
    ];

    private (string, string)[] Failures(string policy, double load) =>
        [.. from name in replicates let failure = Outcome(policy, load, name)?.Failure where failure is not null select (name, failure)];

    private double[] Differences(string policy, double load) =>
    [
        .. replicates.Select(name => ValueOf(Outcome(policy, load, name)) - ValueOf(Outcome(baseline.Label, load, name)))
            .OfType<double>(),
    ];

    private double? RatioOf(ComparedRun run) =>
        run.Bound is { } bound && figure.Of(run.Run) is { } value ? figure.Ratio(value, bound.Value) : null;

    private Outcome? Outcome(string policy, double load, string replicate) =>
        outcomes.GetValueOrDefault(new RunKey(policy, load, replicate));

    private double? ValueOf(Outcome? outcome) => outcome?.Report is { } report ? figure.Of(report) : null;

    /// <summary>The largest of the percentiles: each is over thousands of decisions of one run.</summary>
    private static DecisionCost Sum(DecisionCost[] costs)
    {
        var decisions = costs.Sum(cost => cost.Decisions);
        return decisions == 0
            ? new DecisionCost(0, null, null)
            : new DecisionCost(decisions, costs.Max(cost => cost.P99Us), costs.Sum(cost => cost.MeanBytes * cost.Decisions) / decisions);
    }
}
