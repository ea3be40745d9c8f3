using Kantor.Core.Batching;
using Kantor.Core.Batching.Policies.Arrival;
using Kantor.Core.Batching.Policies.Chunked;
using Kantor.Core.Batching.Policies.Slices;
using Kantor.Core.Batching.Policies.Volume;
using Kantor.Core.Prediction;
using Kantor.Core.Routing;
using Kantor.Core.Scaling;

namespace Kantor.Core;

/// <summary>Every policy by name: the only list of them. A name that is not here is answered with the names that are.</summary>
public static class PolicyCatalogue
{
    private static readonly (string Name, Func<IBatchPlanner> Make)[] Planners =
    [
        ("fcfs", () => new FcfsPlanner()),
        ("vllm-v1", () => new VllmV1Planner()),
        ("sarathi", () => new SarathiPlanner()),
        ("svf", () => new SvfPlanner()),
        ("orca", () => new OrcaPlanner()),
        ("prefill-first", () => new PrefillFirstPlanner()),
        ("static", () => new StaticPlanner()),
        ("decode-maximal", () => new DecodeMaximalPlanner()),
        ("scls", () => new SclsPlanner()),
    ];

    private static readonly (string Name, Func<IRouter> Make)[] Routers =
    [
        ("round-robin", () => new RoundRobinRouter()),
        ("least-loaded", () => new LeastLoadedRouter()),
        ("two-choices", () => new TwoChoicesRouter()),
        ("vllm-dp", () => new VllmDpRouter()),
    ];

    private static readonly (string Name, Func<ILengthPredictor> Make)[] Predictors =
    [
        ("class-quantile", () => new ClassQuantilePredictor()),
        ("constant", () => new ConstantLengthPredictor(256)),
    ];

    private static readonly (string Name, Func<IAutoscaler> Make)[] Autoscalers =
    [
        ("requests-per-replica", () => new RequestsPerReplicaScaler()),
        ("kv-share", () => new KvShareScaler()),
    ];

    /// <summary>Names of the batch planners, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> PlannerNames { get; } = [.. Planners.Select(entry => entry.Name)];

    /// <summary>Names of the routers, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> RouterNames { get; } = [.. Routers.Select(entry => entry.Name)];

    /// <summary>Names of the length predictors, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> PredictorNames { get; } = [.. Predictors.Select(entry => entry.Name)];

    /// <summary>Names of the autoscalers, in the order in which they are listed to people.</summary>
    public static IReadOnlyList<string> AutoscalerNames { get; } = [.. Autoscalers.Select(entry => entry.Name)];

    /// <summary>The planner of that name, with its default options.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public static IBatchPlanner Planner(string name) => Find(Planners, name, "policy");

    /// <summary>The router of that name, with its default options.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public static IRouter Router(string name) => Find(Routers, name, "routing");

    /// <summary>A fresh length predictor of that name, with its default options.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public static ILengthPredictor Predictor(string name) => Find(Predictors, name, "predictor");

    /// <summary>The autoscaler of that name, with its default options.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public static IAutoscaler Autoscaler(string name) => Find(Autoscalers, name, "autoscaler");

    private static T Find<T>((string Name, Func<T> Make)[] entries, string name, string kind)
    {
        foreach (var (known, make) in entries)
        {
            if (known == name) return make();
        }

        throw new ArgumentException($"There is no {kind} '{name}'. Known: {string.Join(", ", entries.Select(entry => entry.Name))}.", nameof(name));
    }
}
