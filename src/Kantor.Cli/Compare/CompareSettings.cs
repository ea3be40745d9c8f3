using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Core.Batching;
using Kantor.Core.Catalogue;

namespace Kantor.Cli.Compare;

/// <summary>A comparison that was checked.</summary>
internal sealed record CompareSettings
{
    /// <summary>Workload, fleet and objective; its policies are not looked at.</summary>
    public required Scenario Scenario { get; init; }

    public required RunSettings Run { get; init; }

    /// <summary>The policies, the baseline first.</summary>
    public required IReadOnlyList<ComparedPolicy> Policies { get; init; }

    /// <summary>Loads as multiples of the knee, ascending.</summary>
    public required IReadOnlyList<double> Loads { get; init; }

    /// <summary>Rate scale of the knee where it was given; null to look for it.</summary>
    public double? KneeRateScale { get; init; }

    /// <summary>Seeds, or windows of a trace.</summary>
    public required int Replicates { get; init; }

    /// <summary>Whether options are chosen on the other half of the trace.</summary>
    public bool Tunes { get; init; }

    /// <summary>Whether policies are run again where step times are 30 % more and less.</summary>
    public bool TriesOtherConstants { get; init; }

    public required int Threads { get; init; }

    /// <summary>The load at which options are chosen: the one nearest to a third above the knee, where policies begin to differ.</summary>
    public double TuningLoad => Loads.MinBy(load => Math.Abs(load - 1.3));
}

/// <summary>A policy with its entry on the shelf.</summary>
internal sealed record ComparedPolicy(PolicySpec Spec, PolicyEntry<IBatchPlanner> Entry, bool IsTuned = false)
{
    /// <summary>A fresh planner.</summary>
    public IBatchPlanner Make() => Entry.Make(Spec);

    /// <summary>As it is written in reports.</summary>
    public string Label => Make().Name;
}
