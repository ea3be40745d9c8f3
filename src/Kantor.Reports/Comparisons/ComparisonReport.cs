using Kantor.Core.Catalogue;
using Kantor.Core.Objectives;
using Kantor.Reports.Runs;
using Kantor.Reports.Sweeps;

namespace Kantor.Reports.Comparisons;

/// <summary>Policies on the same requests at several loads, each beside the best that any policy could have done.</summary>
public sealed record ComparisonReport
{
    /// <summary>Workload.</summary>
    public required string Trace { get; init; }

    /// <summary>Its format.</summary>
    public required string Format { get; init; }

    /// <summary>Fleet in words.</summary>
    public required string Fleet { get; init; }

    /// <summary>What is decided by the policies that are compared, such as "planner"; what is said of it below does not hold.</summary>
    public required string Decision { get; init; }

    /// <summary>Batch policy of all runs.</summary>
    public required string Planner { get; init; }

    /// <summary>Who is let in, in all runs.</summary>
    public required string Admission { get; init; }

    /// <summary>Routing policy of all runs.</summary>
    public required string Routing { get; init; }

    /// <summary>Length predictor that policies may ask.</summary>
    public required string Predictor { get; init; }

    /// <summary>What all policies of the report have in common, as name and policy: every decision but the compared one.</summary>
    public IEnumerable<(string Decision, string Policy)> Shared =>
        new[] { ("planner", Planner), ("admission", Admission), ("routing", Routing), ("predictor", Predictor) }
            .Where(one => one.Item1 != Decision);

    /// <summary>What runs are judged by.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Policy that the others are compared with.</summary>
    public required string Baseline { get; init; }

    /// <summary>Where the load axis has its 1.</summary>
    public required Knee Knee { get; init; }

    /// <summary>What the runs of a row differ in: "seed" or "window of the trace".</summary>
    public required string ReplicateKind { get; init; }

    /// <summary>Requests of a replicate.</summary>
    public required int RequestsPerReplicate { get; init; }

    /// <summary>What is the same in all replicates but should be known, such as that windows begin with cold caches.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>How to get the same figures again.</summary>
    public required string Command { get; init; }

    /// <summary>One row per policy and load, by load and in the order of the policies.</summary>
    public required IReadOnlyList<ComparisonRow> Rows { get; init; }

    /// <summary>The policies where constants of the step time are others; empty where that was not asked for.</summary>
    public IReadOnlyList<SensitivityRow> Sensitivity { get; init; } = [];

    /// <summary>Runs that were asked for.</summary>
    public required int RunsTotal { get; init; }

    /// <summary>Whether all runs are finished.</summary>
    public bool IsComplete => Rows.Sum(row => row.Runs.Count + row.Failures.Count) == RunsTotal;

    /// <summary>The figure by which runs are compared.</summary>
    public ObjectiveFigure Figure => ObjectiveFigure.For(Objective);

    /// <summary>The loads, ascending.</summary>
    public IReadOnlyList<double> Loads => [.. Rows.Select(row => row.Load).Distinct().Order()];
}

/// <summary>The knee: the highest rate at which the baseline still does well.</summary>
/// <param name="RateScale">Arrivals so many times as dense as recorded.</param>
/// <param name="ArrivalsPerS">Arrivals per second there; null when all come at once.</param>
/// <param name="Rule">What "well" is, or that the rate was given.</param>
public sealed record Knee(double RateScale, double? ArrivalsPerS, string Rule);

/// <summary>One policy at one load.</summary>
public sealed record ComparisonRow
{
    /// <summary>The policy as it is written.</summary>
    public required string Policy { get; init; }

    /// <summary>What is to be said of it.</summary>
    public required PolicyCard Card { get; init; }

    /// <summary>Load as a multiple of the knee.</summary>
    public required double Load { get; init; }

    /// <summary>Its finished runs.</summary>
    public required IReadOnlyList<ComparedRun> Runs { get; init; }

    /// <summary>Why runs could not be finished, by replicate.</summary>
    public IReadOnlyList<(string Replicate, string Message)> Failures { get; init; } = [];

    /// <summary>The figure over the replicates; null where no run has it.</summary>
    public SweepBand? Value { get; init; }

    /// <summary>The figure less that of the baseline on the same requests; null for the baseline and where nothing is shared.</summary>
    public SweepBand? Difference { get; init; }

    /// <summary>Share of the bound over the replicates; null where there is no bound.</summary>
    public SweepBand? Ratio { get; init; }

    /// <summary>How good beliefs about lengths were, in the mean of the runs; null where other decisions are compared.</summary>
    public BeliefQuality? Beliefs => BeliefQuality.MeanOf([.. Runs.Select(run => run.Beliefs).OfType<BeliefQuality>()]);

    /// <summary>What a decision took in the host's time.</summary>
    public required DecisionCost Cost { get; init; }

    /// <summary>Whether its options were chosen on the other half of the trace.</summary>
    public bool IsTuned { get; init; }

    /// <summary>Whether the difference to the baseline is more than the replicates explain.</summary>
    public bool DiffersSurely => Difference is { HalfWidth: not null } band && (band.Low > 0 || band.High < 0);
}

/// <summary>One run with the bound of its requests.</summary>
/// <param name="Replicate">Which requests.</param>
/// <param name="Run">Its figures.</param>
/// <param name="Bound">What no policy can better on them; null where none is known.</param>
public sealed record ComparedRun(string Replicate, RunReport Run, ComparedBound? Bound)
{
    /// <summary>How good beliefs about lengths were; null where other decisions are compared.</summary>
    public BeliefQuality? Beliefs { get; init; }
}

/// <summary>A value that no policy can better.</summary>
/// <param name="Name">Which bound.</param>
/// <param name="Value">Its value, in the unit of the figure.</param>
/// <param name="Assumptions">Under which it holds.</param>
public sealed record ComparedBound(string Name, double Value, string Assumptions);

/// <summary>What decisions cost on this machine, while other runs went on beside.</summary>
/// <param name="Decisions">Plans that were asked for; steps that were leapt over asked for none.</param>
/// <param name="P99Us">99th percentile of a plan, in microseconds; null without any.</param>
/// <param name="MeanBytes">Bytes allocated by a plan in the mean; null without any.</param>
public sealed record DecisionCost(long Decisions, double? P99Us, double? MeanBytes);
