using Kantor.Cli.Simulate;
using Kantor.Planning;
using Kantor.Workloads.Generators;

namespace Kantor.Cli.Plan;

/// <summary>What <c>kantor plan</c> is to do, checked.</summary>
internal sealed record PlanSettings
{
    /// <summary>Trace, objectives and reports; the profile is the first of the list.</summary>
    public required SimulateSettings Shared { get; init; }

    /// <summary>Requests to draw; null for those of the trace, or of the sample's law without one.</summary>
    public required WorkloadSpec? Drawn { get; init; }

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
