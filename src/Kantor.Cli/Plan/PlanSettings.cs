using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Planning;

namespace Kantor.Cli.Plan;

/// <summary>What <c>kantor plan</c> is to do, checked.</summary>
internal sealed record PlanSettings
{
    /// <summary>Workload and objective; of the fleet it has the first candidate.</summary>
    public required Scenario Shared { get; init; }

    /// <summary>Where requests come from and reports go.</summary>
    public required RunSettings Run { get; init; }

    /// <summary>Arrivals per second to plan for; null for the trace's own, times the rate scale.</summary>
    public required double? RatePerS { get; init; }

    public required double Attainment { get; init; }

    public required int ReplicasMax { get; init; }

    /// <summary>What is chosen from.</summary>
    public required LayoutSpace Space { get; init; }

    /// <summary>Why prefill and decode apart are not among it although they were not excluded; null when they are.</summary>
    public required string? WhyNotApart { get; init; }

    public required TrialOptions Trials { get; init; }
}
