using Kantor.Cli.Scenarios;
using Kantor.Core.Batching;
using Kantor.Core.Routing;
using Kantor.Reports.Runs;

namespace Kantor.Cli.Runs;

/// <summary>One simulation: a scenario, with its seed and its rate, under one pair of its policies.</summary>
internal sealed record RunCell(Scenario Scenario, Labelled<IBatchPlanner> Policy, IRouter Router)
{
    /// <summary>Whether the report keeps the course of time, which takes more room than all its other figures.</summary>
    public bool KeepsTimeline { get; init; } = true;

    /// <summary>Every pair of policies of a scenario; the batch policies of a routing policy stand together.</summary>
    public static IReadOnlyList<RunCell> Of(Scenario scenario) =>
        [.. from router in scenario.Fleet.Routers from policy in scenario.Fleet.Policies select new RunCell(scenario, policy, router)];

    /// <summary>The cell in messages.</summary>
    public override string ToString() => $"{Policy.Label} {Router.Name}";
}

/// <summary>What became of a cell: figures, or why there are none.</summary>
/// <param name="Report">The figures; null where the simulation failed.</param>
/// <param name="ArrivalsPerS">Arrivals per second of its requests; null when they all come at once.</param>
/// <param name="Failure">Why there are no figures.</param>
internal sealed record RunOutcome(RunReport? Report, double? ArrivalsPerS, string? Failure)
{
    /// <summary>What should be known about the figures; null for nothing.</summary>
    public string? Note { get; init; }
}
