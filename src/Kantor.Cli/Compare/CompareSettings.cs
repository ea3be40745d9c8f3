using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Core.Catalogue;

namespace Kantor.Cli.Compare;

/// <summary>A comparison that was checked.</summary>
internal sealed record CompareSettings
{
    /// <summary>Workload, fleet and objective, and the policies of all decisions but the compared one.</summary>
    public required Scenario Scenario { get; init; }

    public required RunSettings Run { get; init; }

    /// <summary>What is decided by the policies that are compared.</summary>
    public required ComparedDecision Decision { get; init; }

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

    /// <summary>Whether policies are run again where step times are 30 % more and less, and where beliefs are wrong.</summary>
    public bool TriesOtherWorlds { get; init; }

    public required int Threads { get; init; }

    /// <summary>The load at which options are chosen: the one nearest to a third above the knee, where policies begin to differ.</summary>
    public double TuningLoad => Loads.MinBy(load => Math.Abs(load - 1.3));
}

/// <summary>A policy of the compared decision.</summary>
internal sealed record ComparedPolicy(ComparedDecision Decision, PolicySpec Spec, bool IsTuned = false)
{
    /// <summary>As it is written in reports.</summary>
    public string Label => Decision.LabelOf(Spec);

    /// <summary>What is to be said of it.</summary>
    public PolicyCard Card => Decision.CardOf(Spec);
}
