using Kantor.Core.Batching;
using Kantor.Core.Kv;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Routing.Policies.Plain;
using Kantor.Hardware.Published;
using Kantor.Simulation;
using Kantor.Simulation.Events;
using Kantor.Simulation.Metrics;
using Kantor.Workloads.Traces;

namespace Kantor.Papers.Replicas;

/// <summary>A replica of Yi-34B in two-way tensor parallelism on A100, which the research notes state their thresholds for.</summary>
internal static class Yi34B
{
    public static SimulationOptions Options(IBatchPlanner planner, int stepTokensMax, int outputTokensMax = 1024) => new()
    {
        Planner = planner,
        Router = new RoundRobinRouter(),
        Limits = StepTimeProfiles.Yi34BA100Tp2.Limits with { StepTokensMax = stepTokensMax },
        Kv = new KvLedgerOptions { BlocksTotal = StepTimeProfiles.Yi34BA100Tp2.KvTokens / 16, BlockSizeTokens = 16 },
        StepTime = StepTimeProfiles.Yi34BA100Tp2.StepTime,
        NewPredictor = () => new ClassQuantilePredictor(),
        OutputTokensMax = outputTokensMax,
    };

    /// <summary>A run in which everybody completes and no plan is refused.</summary>
    /// <exception cref="InvalidOperationException">Somebody did not, or one was.</exception>
    public static SimulationResult Run(IReadOnlyList<TraceRequest> trace, SimulationOptions options, SimulationObserver? observer = null)
    {
        var result = Simulator.Run(trace, options, observer);
        return (result.Completed, result.PlansRefused) == (trace.Count, 0)
            ? result
            : throw new InvalidOperationException($"{options.Planner.Name}: {result.Completed} of {trace.Count} completed, {result.PlansRefused} plans were refused.");
    }
}
