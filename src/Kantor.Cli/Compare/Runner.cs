using System.Diagnostics;
using Kantor.Cli.Runs;
using Kantor.Cli.Scenarios;
using Kantor.Cli.Shell;
using Kantor.Core.Prediction;
using Kantor.Reports.Comparisons;
using Kantor.Reports.Runs;
using Kantor.Simulation;
using Kantor.Simulation.Events;

namespace Kantor.Cli.Compare;

/// <summary>What became of a run: figures, or why there are none.</summary>
internal sealed record Outcome(RunReport? Report, DecisionCost Cost, ComparedBound? Bound, string? Failure)
{
    /// <summary>How good beliefs about lengths were; null where other decisions are compared.</summary>
    public BeliefQuality? Beliefs { get; init; }
}

/// <summary>Runs policies of a comparison. Safe to use from several threads.</summary>
internal sealed class Runner(Scenario scenario, bool leaps, int outputTokensMax, CancellationToken cancellation)
{
    private readonly CompareBounds _bounds = new(scenario, outputTokensMax);

    /// <summary>Interrupts runs.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The same runs in another world.</summary>
    public Runner In(Func<Scenario, Scenario> world) => new(world(scenario), leaps, outputTokensMax, cancellation);

    /// <summary>One run at a rate.</summary>
    /// <exception cref="FailureException">The policy failed.</exception>
    public (RunReport Report, DecisionCost Cost) Run(ComparedPolicy policy, Replicate on, double rateScale, WorkCounts? counts = null)
    {
        try
        {
            return Simulate(policy, on, rateScale, counts);
        }
        catch (SimulationException failed)
        {
            throw new FailureException($"{policy.Label}: {failed.Message}");
        }
    }

    /// <summary>One run at a rate with the bound of its requests; a policy that fails says why.</summary>
    public Outcome TryRun(ComparedPolicy policy, Replicate on, double rateScale, WorkCounts counts)
    {
        try
        {
            var beliefs = policy.Decision.IsOfBeliefs ? new LengthScore() : null;
            var (report, cost) = Simulate(policy, on, rateScale, counts, beliefs);
            return new Outcome(report, cost, _bounds.Of(on, rateScale), null) { Beliefs = BeliefQuality.Of(beliefs) };
        }
        catch (SimulationException failed)
        {
            return new Outcome(null, new DecisionCost(0, null, null), null, failed.Message);
        }
    }

    /// <summary>The figure of a run; null where the policy fails or nothing can be counted.</summary>
    public double? ValueOf(ObjectiveFigure figure, ComparedPolicy policy, Replicate on, double rateScale)
    {
        try
        {
            return figure.Of(Simulate(policy, on, rateScale, counts: null).Report);
        }
        catch (SimulationException)
        {
            return null;
        }
    }

    private (RunReport Report, DecisionCost Cost) Simulate(
        ComparedPolicy policy, Replicate on, double rateScale, WorkCounts? counts, LengthScore? beliefs = null)
    {
        var world = policy.Decision.In(scenario, policy.Spec);
        var planner = new TimedPlanner(world.Fleet.Policies[0].Policy);
        var options = world.Options(planner, world.Fleet.Routers[0], outputTokensMax) with { Leaping = leaps };
        var began = Stopwatch.GetTimestamp();
        var requests = on.Requests.ScaleRate(rateScale).Requests;
        var result = Simulator.Run(requests, options, new RequestCounter(counts, beliefs), cancellation);
        var report = RunReport.Of(result, Stopwatch.GetElapsedTime(began).TotalSeconds);
        return (report with { Policy = policy.Label, Timeline = null, Curves = null }, planner.Cost);
    }
}
