using Kantor.Cli.Simulate;

namespace Kantor.Cli.Plan;

/// <summary>The options of <c>kantor plan</c> as they were typed; null where not given.</summary>
internal sealed record PlanArguments
{
    /// <summary>Those of a simulation; profiles and step tokens are lists here.</summary>
    public required SimulateArguments Simulation { get; init; }

    public PlanWorkload Workload { get; init; } = new();

    public string? Rate { get; init; }

    public string? Attainment { get; init; }

    public string? ReplicasMax { get; init; }

    public string? Disaggregate { get; init; }

    public string? PrefillPolicy { get; init; }

    public string? PrefillStepTokens { get; init; }

    public string? DecodePolicy { get; init; }

    public string? RatioMax { get; init; }

    public string? GpusPerNode { get; init; }

    public string? NodeLinkGbps { get; init; }

    public string? LinkGbps { get; init; }

    public string? GpuPrice { get; init; }

    public string? Seeds { get; init; }

    public string? Threads { get; init; }
}
